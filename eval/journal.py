"""The lines of a run that is under way, so that one that is interrupted goes on where it stopped."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from filelock import FileLock, Timeout

from corpus.errors import DataError
from eval.saved import ANSWERS, FIGURES, FILES, TASK, TIMINGS, Record
from index.files import write_file

_LOCK = "run.lock"


class Journal:
    """Answers and timings of a run, one line each a question, in the order asked.

    The folder must be there and `held`. Raises DataError if it holds another run, unless `again` replaces it.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], again: bool = False) -> None:
        self.folder = folder
        if again:
            for name in FILES:
                (folder / name).unlink(missing_ok=True)
        self._claim(identity)
        answers, timings = _sound_lines(folder / ANSWERS), _sound_lines(folder / TIMINGS)
        shared = min(len(answers), len(timings))
        self.records = [record for record, _ in answers[:shared]]
        for name, lines in ((ANSWERS, answers), (TIMINGS, timings)):
            _cut(folder / name, lines[shared - 1][1] if shared else 0)

    @contextmanager
    def appending(self) -> Iterator["Appender"]:
        """Where further records go; until it is finished again, the run counts as unfinished."""
        (self.folder / FIGURES).unlink(missing_ok=True)
        with (
            (self.folder / ANSWERS).open("a", encoding="utf-8") as answers,
            (self.folder / TIMINGS).open("a", encoding="utf-8") as timings,
        ):
            yield Appender(self.records, answers, timings)

    def _claim(self, identity: Mapping[str, Any]) -> None:
        """Whose folder it is stands in TASK before anything else does."""
        task = self.folder / TASK
        if not task.is_file():
            if (self.folder / ANSWERS).is_file():
                raise self._foreign()
            write_file(task, (json.dumps(identity, indent=1, sort_keys=True) + "\n").encode())
        try:
            claimed = json.loads(task.read_bytes())
        except ValueError as error:
            raise DataError(f"{task}: is damaged; run it with --again") from error
        if claimed != identity:
            raise self._foreign()

    def _foreign(self) -> DataError:
        return DataError(f"{self.folder}: holds another run; choose another --out, or --again to replace it")


class Appender:
    """Writes each record when it is there."""

    def __init__(self, records: list[Record], answers: TextIO, timings: TextIO) -> None:
        self._records = records
        self._answers = answers
        self._timings = timings

    def append(self, record: Record, timings_ms: Mapping[str, float]) -> None:
        """The record's line first: one without its timings is asked again."""
        rounded = {stage: round(value, 2) for stage, value in timings_ms.items()}
        for file, line in ((self._answers, record), (self._timings, {"id": record["id"], "timings_ms": rounded})):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
        self._records.append(record)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The run folder, made if need be, for one process at a time; DataError if another measures into it."""
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DataError(
            f"{folder}: another process is measuring into it; wait for it, or choose another --out"
        ) from error
    except OSError as error:
        raise DataError(f"{folder}: no run can be saved there ({error.strerror}); choose another --out") from error
    try:
        yield
    finally:
        lock.release()


def _sound_lines(path: Path) -> list[tuple[Record, int]]:
    """The lines up to the first that a crash cut short, and where each ends, in bytes."""
    lines: list[tuple[Record, int]] = []
    end = 0
    for line in path.read_bytes().splitlines(keepends=True) if path.is_file() else []:
        end += len(line)
        try:
            record = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n"):
            break
        lines.append((record, end))
    return lines


def _cut(path: Path, length: int) -> None:
    """Cut off what follows; what is sound is never written again, so that no crash can lose it."""
    if path.is_file() and path.stat().st_size > length:
        os.truncate(path, length)
