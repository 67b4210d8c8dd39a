"""A saved run in a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.saved import SavedRun, load_run
from eval.show import WIDTH, run_lines, worst_lines


def _record(question_id: str, kind: str, **changes: Any) -> dict[str, Any]:
    document = {"document_id": "comet.txt", "title": "A comet", "grade": 1, "ranks": {"dense": 3, "fused": 2}}
    document |= {"place": 2, "text": "The comet will pass."}
    wanted = {"answers": [["October", "autumn"]], "answerable": True, "documents": [document], "evidence": []}
    hit = {"document_id": "frost.txt", "start": 0, "end": 9, "score": 1.0, "ranks": {"fused": 1}}
    return {
        "id": question_id, "kind": kind, "question": f"When is {question_id}?", "history": [],
        "standalone_question": f"When is {question_id}?", "wanted": wanted | changes.pop("wanted", {}),
        "hits": [hit | {"text": "Frost\n\nhas  " + "destroyed " * 30}],
    } | changes  # fmt: skip


def _run(folder: Path, *records: dict[str, Any]) -> SavedRun:
    folder.mkdir()
    scores = {each["id"]: place / 4 for place, each in enumerate(records)}
    manifest = {
        "kind": "retrieval", "benchmark": {"name": "sky", "documents": 1234, "questions": len(records)}, "curves": {},
        "main_measure": "nDCG@10", "figures": {"questions": 2, "nDCG@10": 0.12345, "made up": 0.5},
    }  # fmt: skip
    (folder / "figures.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "scores.json").write_text(json.dumps({"nDCG@10": scores}), encoding="utf-8")
    (folder / "answers.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    times = "".join(json.dumps({"id": "q", "timings_ms": {"embed": n, "search": 10 * n}}) + "\n" for n in range(1, 101))
    (folder / "timings.jsonl").write_text(times, encoding="utf-8")
    return load_run(folder)


@pytest.fixture
def run(tmp_path: Path) -> SavedRun:
    said = {"answer": "In May.", "abstained": False, "confidence": 0.83, "citations": [], "guess": {"answer": "May"}}
    return _run(
        tmp_path / "sky-1",
        _record("q1", "when", standalone_question="When is the comet?"),
        _record("q2", "who", wanted={"answers": [], "answerable": False, "documents": []}, **said),
        _record("q3", "when"),
    )


def test_every_figure_is_shown_with_what_it_means(run: SavedRun) -> None:
    lines = list(run_lines(run))
    assert lines[0] == "sky: 1,234 documents, 3 questions"
    assert lines[2].split()[:2] == ["questions", "2"]
    assert lines[3].split()[:2] == ["nDCG@10", "0.1235"]
    assert lines[3].endswith("how near the first 10 documents are to the ideal order; 1 is perfect")
    assert lines[4].split() == ["made", "up", "0.5000"]


def test_kinds_of_questions_are_told_apart_where_there_are_several(run: SavedRun, tmp_path: Path) -> None:
    text = "\n".join(run_lines(run))
    assert (
        "by kind of question\n  when                      0.250   of 2\n  who                       0.250   of 1"
        in text
    )
    assert "by kind" not in "\n".join(run_lines(_run(tmp_path / "sky-2", _record("q1", "when"))))


def test_times_are_told_by_stage(run: SavedRun) -> None:
    lines = [line.split() for line in run_lines(run)]
    assert ["milliseconds", "a", "question", "p50", "p95"] in lines
    assert ["embed", "50.0", "95.0"] in lines
    assert ["search", "500.0", "950.0"] in lines


def test_it_is_told_where_the_run_is_and_what_to_type_next(run: SavedRun) -> None:
    assert list(run_lines(run))[-2:] == [
        f"saved in {run.folder}",
        f"its worst questions: python -m eval worst {run.folder}",
    ]


def test_the_worst_questions_are_told_with_what_was_wanted_and_what_came(run: SavedRun) -> None:
    lines = list(worst_lines(run, 2))
    assert lines[0] == "sky-1: 3 of 3 questions fell short of 1 by nDCG@10; the worst 2:"
    assert lines[1:8] == [
        "",
        "1. When is q1?",
        "   id q1, score 0.000",
        "   understood as: When is the comet?",
        "   wanted: October or autumn",
        "   wanted document: A comet (dense 3, fused 2)",
        "      The comet will pass.",
    ]
    assert lines[8].startswith("   first hit: frost.txt: Frost has destroyed destroyed")
    assert any(line.startswith("   why: The wanted document was found by the dense search") for line in lines)
    second = lines[lines.index("2. When is q2?") :]
    assert second[2:4] == ["   wanted: a refusal", "   said (confidence 0.83): In May."]
    assert second[-1] == "   why: Answered although the documents do not say (confidence 0.83)."


def test_what_came_out_of_documents_stays_on_its_line_and_is_cut(run: SavedRun) -> None:
    lines = list(worst_lines(run, 3))
    assert not any("\n" in line for line in lines)
    assert max(len(line) for line in lines if line.startswith("   first hit")) == WIDTH


def test_a_question_of_several_lines_stays_on_its_line(tmp_path: Path) -> None:
    lines = list(worst_lines(_run(tmp_path / "sky-2", _record("q1", "when", question="When\nis\nit?")), 1))
    assert "1. When is it?" in lines
    assert not any("\n" in line for line in lines)


def test_a_wanted_document_that_was_not_found_is_said_to_be_missing(tmp_path: Path) -> None:
    missing = {"document_id": "comet.txt", "title": "", "grade": 1, "ranks": {}}
    lines = list(worst_lines(_run(tmp_path / "sky-2", _record("q1", "when", wanted={"documents": [missing]})), 1))
    assert "   wanted document: comet.txt (not found)" in lines


def test_a_run_in_which_nothing_fell_short_has_no_worst_questions(tmp_path: Path) -> None:
    run = _run(tmp_path / "sky-2", _record("q1", "when"))
    best = SavedRun(run.folder, run.manifest, {"nDCG@10": {"q1": 1.0}})
    assert list(worst_lines(best, 10)) == ["sky-2: 0 of 1 questions fell short of 1 by nDCG@10"]
