"""The lines of a run that is under way, so that one that is interrupted goes on where it stopped."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from filelock import FileLock, Timeout

from corpus.errors import DataError
from eval.saved import ANSWERS, FIGURES, TIMINGS, Record

TASK = "task.json"
_LOCK = "run.lock"


class Journal:
    """Answers and timings of a run, one line each a question, in the order asked."""

    def __init__(self, folder: Path, identity: Mapping[str, Any], again: bool = False) -> None:
        self.folder = folder
        self._open_for(identity, again)
        self.records = _sound_lines(folder / ANSWERS)
        timings = _sound_lines(folder / TIMINGS)
        shared = min(len(self.records), len(timings))
        self.records = self.records[:shared]
        _write_lines(folder / ANSWERS, self.records)
        _write_lines(folder / TIMINGS, timings[:shared])

    @contextmanager
    def appending(self) -> Iterator["Appender"]:
        """The right to append, for one process at a time; DataError if another has it."""
        (self.folder / FIGURES).unlink(missing_ok=True)
        with (
            (self.folder / ANSWERS).open("a", encoding="utf-8") as answers,
            (self.folder / TIMINGS).open("a", encoding="utf-8") as timings,
        ):
            yield Appender(self.records, answers, timings)

    def _open_for(self, identity: Mapping[str, Any], again: bool) -> None:
        task = self.folder / TASK
        if again:
            for name in (TASK, ANSWERS, TIMINGS, FIGURES):
                (self.folder / name).unlink(missing_ok=True)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if task.is_file() and json.loads(task.read_text(encoding="utf-8")) != identity:
                raise DataError(f"{self.folder}: holds another run; choose another --out, or --again to replace it")
            task.write_text(json.dumps(identity, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        except OSError as error:
            raise DataError(
                f"{self.folder}: no run can be saved there ({error.strerror}); choose another --out"
            ) from error
        except ValueError as error:
            raise DataError(f"{task}: is damaged; run it with --again") from error


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
            file.write(_line(line))
            file.flush()
        self._records.append(record)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The run folder, for one process at a time; DataError if another measures into it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise DataError(
            f"{folder}: another process is measuring into it; wait for it, or choose another --out"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _sound_lines(path: Path) -> list[Record]:
    """The lines up to the first that a crash cut short."""
    lines: list[Record] = []
    if not path.is_file():
        return lines
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            lines.append(json.loads(line))
        except ValueError:
            break
        if not line.endswith(b"\n"):
            return lines[:-1]
    return lines


def _write_lines(path: Path, lines: list[Record]) -> None:
    path.write_text("".join(map(_line, lines)), encoding="utf-8")


def _line(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"
