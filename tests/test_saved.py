"""Saved runs, read back."""

import json
from pathlib import Path

import pytest

from corpus.errors import DataError
from eval.saved import load_run, saved_runs

_MANIFEST = {
    "kind": "retrieval",
    "benchmark": {"name": "sky", "documents": 3, "questions": 2},
    "figures": {"questions": 2.0, "nDCG@10": 0.75},
    "curves": {"recall by depth": [[1, 0.5], [10, 1.0]]},
    "main_measure": "nDCG@10",
}


def _run(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "figures.json").write_text(json.dumps(_MANIFEST), encoding="utf-8")
    (folder / "scores.json").write_text(json.dumps({"nDCG@10": {"q1": 0.5, "q2": 1.0}}), encoding="utf-8")
    (folder / "answers.jsonl").write_text('{"id": "q1"}\n{"id": "q2"}\n', encoding="utf-8")
    lines = ['{"id": "q1", "timings_ms": {"embed": 5, "search": 1}}', '{"id": "q2", "timings_ms": {"embed": 7}}']
    (folder / "timings.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_run_is_read_as_it_was_saved(tmp_path: Path) -> None:
    run = load_run(_run(tmp_path / "sky-retrieval"))
    assert (run.name, run.kind, run.main_measure) == ("sky-retrieval", "retrieval", "nDCG@10")
    assert list(run.figures.items()) == [("questions", 2.0), ("nDCG@10", 0.75)]
    assert run.curves == {"recall by depth": [[1, 0.5], [10, 1.0]]}
    assert run.scores["nDCG@10"]["q1"] == 0.5
    assert [record["id"] for record in run.records()] == ["q1", "q2"]


def test_timings_are_gathered_by_stage(tmp_path: Path) -> None:
    assert load_run(_run(tmp_path / "sky")).timings() == {"embed": [5.0, 7.0], "search": [1.0]}


@pytest.mark.parametrize("missing", ["figures.json", "scores.json"])
def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path, missing: str) -> None:
    (_run(tmp_path / "sky") / missing).unlink()
    with pytest.raises(DataError, match="sky: holds no finished run"):
        load_run(tmp_path / "sky")


@pytest.mark.parametrize("damaged", ["figures.json", "scores.json"])
@pytest.mark.parametrize("content", [b'{"kind": ', b"\xff\xfe"])
def test_a_damaged_run_is_refused(tmp_path: Path, damaged: str, content: bytes) -> None:
    (_run(tmp_path / "sky") / damaged).write_bytes(content)
    with pytest.raises(DataError, match="is damaged; run it again"):
        load_run(tmp_path / "sky")


@pytest.mark.parametrize("key", list(_MANIFEST))
def test_a_manifest_that_lacks_what_reports_need_is_refused(tmp_path: Path, key: str) -> None:
    lacking = {name: value for name, value in _MANIFEST.items() if name != key}
    (_run(tmp_path / "sky") / "figures.json").write_text(json.dumps(lacking), encoding="utf-8")
    with pytest.raises(DataError, match="is damaged"):
        load_run(tmp_path / "sky")


def test_a_manifest_that_is_no_object_is_refused(tmp_path: Path) -> None:
    (_run(tmp_path / "sky") / "figures.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(DataError, match="is damaged"):
        load_run(tmp_path / "sky")


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = _run(tmp_path / "sky")
    (folder / "answers.jsonl").write_text('{"id": "q1"}\n{"id": \n', encoding="utf-8")
    records = load_run(folder).records()
    assert next(records)["id"] == "q1"
    with pytest.raises(DataError, match=r"answers\.jsonl, line 2: cannot be read"):
        next(records)


def test_bytes_that_are_no_text_are_refused_on_the_first_line_too(tmp_path: Path) -> None:
    folder = _run(tmp_path / "sky")
    (folder / "answers.jsonl").write_bytes(b'{"id": "\xff"}\n')
    with pytest.raises(DataError, match=r"answers\.jsonl, line 1: cannot be read"):
        next(load_run(folder).records())


def test_answers_that_are_gone_are_a_failure_that_can_be_mended(tmp_path: Path) -> None:
    folder = _run(tmp_path / "sky")
    (folder / "answers.jsonl").unlink()
    with pytest.raises(DataError, match=r"answers\.jsonl: cannot be read; run it again"):
        next(load_run(folder).records())


def test_every_finished_run_below_a_folder_is_found_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        _run(tmp_path / name)
    (tmp_path / "unfinished").mkdir()
    assert [run.name for run in saved_runs(tmp_path)] == ["a", "b"]


def test_a_folder_without_runs_holds_none(tmp_path: Path) -> None:
    assert saved_runs(tmp_path) == saved_runs(tmp_path / "nowhere") == []
