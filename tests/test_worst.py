"""The questions that went worst, and what their records show of why."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from eval.saved import SavedRun
from eval.worst import reasons, worst_questions
from tests.made_records import made_hit, made_record, made_said


def _run(folder: Path, scores: Mapping[str, float]) -> SavedRun:
    folder.mkdir()
    lines = "".join(json.dumps(made_record(each)) + "\n" for each in scores)
    (folder / "answers.jsonl").write_text(lines, encoding="utf-8")
    return SavedRun(folder, {"main_measure": "nDCG@10"}, {"nDCG@10": scores})


def test_the_lowest_come_first_and_equals_by_id(tmp_path: Path) -> None:
    scores = {"q3": 0.5, "q1": 0.5, "q4": 0.9, "q2": 0.5, "q0": 0.75}
    worst = worst_questions(_run(tmp_path / "a", scores), most=4)
    assert [miss.record["id"] for miss in worst.misses] == ["q1", "q2", "q3", "q0"]
    assert worst.fell_short == 5


def test_stages_are_named_in_the_order_in_which_they_work(tmp_path: Path) -> None:
    assert worst_questions(_run(tmp_path / "a", {"q1": 0.0})).stages == ("dense", "fused")


def test_questions_that_were_answered_perfectly_are_not_among_the_worst(tmp_path: Path) -> None:
    assert [miss.record["id"] for miss in worst_questions(_run(tmp_path / "a", {"q1": 1.0, "q2": 0.9})).misses] == [
        "q2"
    ]


def test_no_more_records_are_read_than_needed(tmp_path: Path) -> None:
    run = _run(tmp_path / "a", {"q1": 0.0, "q2": 1.0})
    with (run.folder / "answers.jsonl").open("a", encoding="utf-8") as file:
        file.write("not JSON\n")
    assert len(worst_questions(run).misses) == 1


def test_a_document_that_was_judged_to_be_of_no_use_is_not_wanted(tmp_path: Path) -> None:
    run = _run(tmp_path / "a", {"q1": 0.5})
    judged = made_record("q1")
    judged["wanted"]["documents"].append(
        {"document_id": "frost.txt", "title": "Frost", "grade": 0, "ranks": {"dense": 1}}
    )
    (run.folder / "answers.jsonl").write_text(json.dumps(judged) + "\n", encoding="utf-8")
    (miss,) = worst_questions(run).misses
    assert [each["document_id"] for each in miss.record["wanted"]["documents"]] == ["comet.txt"]
    assert miss.why[0].startswith("The wanted document was found by the dense search (rank 14)")


def test_why_a_document_came_late_is_told_from_its_ranks() -> None:
    assert reasons(made_record("q1"), ("dense", "lexical", "fused"))[0] == (
        "The wanted document was found by the dense search (rank 14) but not by BM25; fused, it came to place 22."
    )


def test_a_search_that_did_not_run_is_not_said_to_have_missed() -> None:
    assert "BM25" not in reasons(made_record("q1"), ("dense", "fused"))[0]


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        ([{}], "The wanted document was not found."),
        ([{}, {}], "None of the 2 wanted documents was found."),
        ([{"lexical": 3}, {}], "“T0”, the best placed wanted document, was found by BM25 (rank 3)."),
        ([{"dense": 9, "fused": 8}, {"dense": 2, "fused": 30}],
         "“T0”, the best placed wanted document, was found by the dense search (rank 9); fused, it came to place 8."),
    ],
)  # fmt: skip
def test_what_was_found_of_the_wanted_documents_is_told(ranks: list[dict[str, int]], expected: str) -> None:
    documents = [{"document_id": f"d{i}", "title": f"T{i}", "grade": 1, "ranks": each} for i, each in enumerate(ranks)]
    stages = tuple(dict.fromkeys(stage for each in ranks for stage in each))
    assert reasons(made_record("q1", wanted={"documents": documents}), stages)[0] == expected


def test_places_are_counted_among_documents() -> None:
    late = {"document_id": "d", "title": "", "grade": 1, "ranks": {"dense": 9, "fused": 8}, "place": 3}
    found, *_ = reasons(made_record("q1", wanted={"documents": [late]}), ("dense", "fused"))
    assert found == "The wanted document was found by the dense search (rank 9); fused, it came to place 3."


def test_what_put_another_document_ahead_is_told() -> None:
    ahead = made_hit("frost.txt", ranks={"dense": 2, "lexical": 7, "document": 3, "rerank": 1, "fused": 2})
    late = {"document_id": "d", "title": "", "grade": 1, "ranks": {"dense": 9, "lexical": 4, "rerank": 5}}
    found = reasons(made_record("q1", hits=[ahead], wanted={"documents": [late]}), ())
    assert found[1] == (
        "“frost.txt” came first: the dense search (2 against 9), BM25 of whole documents (3 against none) "
        "and reading again (1 against 5) put it ahead."
    )
    own = [made_hit("d", ranks={"dense": 1})]
    assert not any("ahead" in each for each in reasons(made_record("q1", hits=own, wanted={"documents": [late]}), ()))


def test_the_place_of_the_evidence_is_told_where_it_was_not_first() -> None:
    late = [made_hit("frost.txt"), made_hit("comet.txt")]
    assert "The first passage that holds evidence came to place 2." in reasons(made_record("q1", hits=late), ())
    assert not any("evidence" in each for each in reasons(made_record("q1", hits=late[1:]), ()))
    assert "No passage that was kept holds the evidence." in reasons(made_record("q1", hits=late[:1]), ())


@pytest.mark.parametrize(
    ("said", "wanted", "expected"),
    [
        (made_said("In May.", "comet.txt"), {"answerable": False},
         "Answered although the documents do not say (confidence 0.83)."),
        (made_said("In October.", abstained=True, confidence=0.31), {},
         "Refused: confidence 0.31 was below the threshold."),
        (made_said("In October.", abstained=True), {}, "What it held back was right."),
        (made_said("In May.", abstained=True), {}, "What it held back was not right either."),
        (made_said("In May.", "comet.txt"), {}, "The answer lacks October."),
        (made_said("In October.", "comet.txt"), {},
         "The wanted document came first, but the sentence quoted was another."),
        (made_said("In October.", "frost.txt"), {},
         "The wanted document came first, but the sentence quoted was from another."),
    ],
)  # fmt: skip
def test_why_an_answer_fell_short_is_told(said: dict[str, Any], wanted: dict[str, Any], expected: str) -> None:
    record = made_record("q1", wanted=wanted, hits=[made_hit("comet.txt")], **said)
    assert expected in reasons(record, ("dense", "fused"))


def test_a_right_refusal_needs_no_reason() -> None:
    assert reasons(made_record("q1", wanted={"answerable": False}, **made_said("…", abstained=True)), ("dense",)) == ()
