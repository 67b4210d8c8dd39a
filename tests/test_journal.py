"""Runs that are under way: what an interruption leaves, and how it goes on."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import DataError
from eval.journal import Journal, held
from eval.perform import perform
from eval.saved import FILES, SavedRun, load_run
from eval.sets.load import load_benchmark
from eval.settings import Settings
from eval.task import Task
from index.place import ROOT

_IDENTITY: dict[str, Any] = {"kind": "retrieval", "settings": {"dense": 0.55}, "seed": 7}
_QUESTIONS = 40
_MEASURE = """
import sys
from pathlib import Path
from eval.perform import perform
from eval.sets.load import load_benchmark
from eval.settings import Settings
from eval.task import Task
from tests.conftest import WordEmbedder

data, folder, store = sys.argv[1:]
task = Task("retrieval", load_benchmark(data), Settings())
for step in perform(task, Path(folder), Path(store), embedders=lambda name: WordEmbedder()):
    print(step.stage, step.done, flush=True)
    if (step.stage, step.done) == ("asking questions", 17):
        sys.stdin.read()
"""


def _record(number: int) -> dict[str, Any]:
    return {"id": f"q{number}", "question": "Wo?\u2028\r\n“Dort”", "score": 0.1 + number}


def _journal(folder: Path, asked: int = 3) -> Journal:
    """With so many records more."""
    folder.mkdir(exist_ok=True)
    journal = Journal(folder, _IDENTITY)
    with journal.appending() as appender:
        for number in range(len(journal.records), len(journal.records) + asked):
            appender.append(_record(number), {"embed": 1.23456, "search": number})
    return journal


def _bytes(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}


def test_what_was_asked_is_there_when_the_run_is_opened_again(tmp_path: Path) -> None:
    _journal(tmp_path)
    before = _bytes(tmp_path)
    assert Journal(tmp_path, _IDENTITY).records == [_record(0), _record(1), _record(2)]
    assert _bytes(tmp_path) == before
    assert before["timings.jsonl"].splitlines()[2] == b'{"id": "q2", "timings_ms": {"embed": 1.23, "search": 2}}'


def test_each_line_is_on_disk_as_soon_as_it_is_appended(tmp_path: Path) -> None:
    with Journal(tmp_path, _IDENTITY).appending() as appender:
        appender.append(_record(0), {})
        assert json.loads((tmp_path / "answers.jsonl").read_bytes()) == _record(0)


@pytest.mark.parametrize("torn", ["answers.jsonl", "timings.jsonl"])
@pytest.mark.parametrize("kept", [0, 1, -1], ids=["the line's end", "a byte", "all but a byte"])
def test_a_line_that_a_crash_cut_short_is_asked_again(tmp_path: Path, torn: str, kept: int) -> None:
    _journal(tmp_path)
    whole = _bytes(tmp_path)
    *lines, last = whole[torn].splitlines(keepends=True)
    (tmp_path / torn).write_bytes(b"".join(lines) + (last[:kept] if kept else last[:-1]))
    assert len(_journal(tmp_path, asked=1).records) == 3
    assert _bytes(tmp_path) == whole


def test_a_record_without_timings_is_asked_again(tmp_path: Path) -> None:
    _journal(tmp_path)
    whole = _bytes(tmp_path)
    (tmp_path / "timings.jsonl").write_bytes(b"".join(whole["timings.jsonl"].splitlines(keepends=True)[:1]))
    assert len(Journal(tmp_path, _IDENTITY).records) == 1
    _journal(tmp_path, asked=2)
    assert _bytes(tmp_path) == whole


@pytest.mark.parametrize("rubbish", [b"\0\0\0\0\n", b"\xff\xfe\n", b'{"id": \n'])
def test_nothing_after_a_damaged_line_is_believed(tmp_path: Path, rubbish: bytes) -> None:
    _journal(tmp_path)
    first, _, third = (tmp_path / "answers.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "answers.jsonl").write_bytes(first + rubbish + third)
    assert Journal(tmp_path, _IDENTITY).records == [_record(0)]
    assert (tmp_path / "answers.jsonl").read_bytes() == first


def test_lines_that_are_sound_are_never_written_again(tmp_path: Path) -> None:
    _journal(tmp_path)
    written = (tmp_path / "answers.jsonl").stat()
    Journal(tmp_path, _IDENTITY)
    assert (tmp_path / "answers.jsonl").stat().st_mtime_ns == written.st_mtime_ns


def test_a_run_that_goes_on_is_not_finished(tmp_path: Path) -> None:
    (tmp_path / "figures.json").write_text("{}", encoding="utf-8")
    journal = Journal(tmp_path, _IDENTITY)
    assert (tmp_path / "figures.json").is_file()
    with journal.appending():
        assert not (tmp_path / "figures.json").is_file()


@pytest.mark.parametrize("identity", [{}, _IDENTITY | {"seed": 8}, _IDENTITY | {"settings": {"dense": 0.5500001}}])
def test_another_run_s_folder_is_refused_with_the_way_out(tmp_path: Path, identity: dict[str, Any]) -> None:
    _journal(tmp_path)
    before = _bytes(tmp_path)
    with pytest.raises(DataError, match="holds another run; choose another --out, or --again to replace it"):
        Journal(tmp_path, identity)
    assert _bytes(tmp_path) == before


def test_answers_of_which_nobody_knows_whose_they_are_are_refused(tmp_path: Path) -> None:
    _journal(tmp_path)
    (tmp_path / "task.json").unlink()
    with pytest.raises(DataError, match="holds another run"):
        Journal(tmp_path, _IDENTITY)


@pytest.mark.parametrize("content", [b"", b'{"kind": ', b"\xff"])
def test_a_damaged_task_is_refused_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "task.json").write_bytes(content)
    with pytest.raises(DataError, match=r"task\.json: is damaged; run it with --again"):
        Journal(tmp_path, _IDENTITY)


def test_again_takes_away_all_that_the_other_run_left_and_nothing_else(tmp_path: Path) -> None:
    _journal(tmp_path)
    for name in (*FILES[:8], "notes.txt"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    journal = Journal(tmp_path, _IDENTITY | {"seed": 8}, again=True)
    assert journal.records == []
    assert {path.name for path in tmp_path.iterdir()} == {"task.json", "notes.txt"}
    with pytest.raises(DataError, match="holds another run"):
        Journal(tmp_path, _IDENTITY)


def test_a_folder_is_held_by_one_and_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(tmp_path / "new" / "run"):
        with (
            pytest.raises(DataError, match="another process is measuring into it; wait for it, or choose another"),
            held(tmp_path / "new" / "run"),
        ):
            raise AssertionError
        raise ZeroDivisionError
    with held(tmp_path / "new" / "run"):
        pass


def test_a_folder_that_cannot_be_made_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(DataError, match=r"no run can be saved there \(.*\); choose another --out"), held(folder):
            raise AssertionError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A benchmark of many small questions."""
    folder = tmp_path / "comets"
    folder.mkdir()
    rows = [{"_id": f"d{n}", "title": "", "text": f"Comet {n} passed orchard {n % 7}."} for n in range(30)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    asked = [{"_id": f"q{n}", "text": f"Which comet passed orchard {n % 7}?"} for n in range(_QUESTIONS)]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    (folder / "qrels.tsv").write_text("".join(f"q{n}\td{n % 30}\t1\n" for n in range(_QUESTIONS)), encoding="utf-8")
    return folder


def _measured(data: Path, folder: Path, store: Path) -> SavedRun:
    """By a process of its own, to the end."""
    command = [sys.executable, "-c", _MEASURE, str(data), str(folder), str(store)]
    subprocess.run(command, cwd=ROOT, check=True, input=b"", capture_output=True, timeout=120)
    return load_run(folder)


def test_a_run_that_was_killed_goes_on_and_ends_as_one_that_was_not(data: Path, tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command = [sys.executable, "-c", _MEASURE, str(data), str(killed), str(tmp_path / "store")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert "asking questions 17\n" in process.stdout
        task = Task("retrieval", load_benchmark(str(data)), Settings())
        with pytest.raises(DataError, match="another process is measuring into it"):
            next(perform(task, killed))
        process.send_signal(signal.SIGKILL)
    assert len((killed / "answers.jsonl").read_bytes().splitlines()) == 17
    with (killed / "answers.jsonl").open("ab") as answers:
        answers.write(b'{"id": "q17", "ki')
    with pytest.raises(DataError, match="holds no finished run"):
        load_run(killed)
    assert _measured(data, killed, tmp_path / "store").figures == _measured(data, whole, tmp_path / "store").figures
    both = [
        {name: content for name, content in _bytes(each).items() if "timings" not in name} for each in (killed, whole)
    ]
    assert both[0] == both[1]
    assert {"figures.json", "answers.jsonl", "scores.json", "run.trec", "qrels.trec"} <= both[0].keys()
    assert len((killed / "timings.jsonl").read_bytes().splitlines()) == _QUESTIONS
