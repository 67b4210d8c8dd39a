"""Two runs, question by question."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import DataError
from eval.compare import changed, compare, comparison_lines
from eval.saved import SavedRun

Scores = Mapping[str, Mapping[str, float]]


def _run(folder: Path, scores: Scores, sha256: str = "ab12", **manifest: Any) -> SavedRun:
    folder.mkdir()
    ids = list(dict.fromkeys(i for values in scores.values() for i in values))
    lines = [json.dumps({"id": i, "question": f"What is\n{i}?"}) + "\n" for i in ids]
    (folder / "answers.jsonl").write_text("".join(lines), encoding="utf-8")
    benchmark = {"name": "sky", "documents": 3, "questions": len(ids), "sha256": {"sky.jsonl": sha256}}
    return SavedRun(folder, {"benchmark": benchmark, "main_measure": "nDCG@10"} | manifest, scores)


@pytest.fixture
def first(tmp_path: Path) -> SavedRun:
    scores = {"q1": 1.0, "q2": 0.5, "q3": 0.5, "q4": 0.25, "q5": 0.0}
    return _run(tmp_path / "a", {"nDCG@10": scores, "AP": dict.fromkeys(scores, 0.5), "F1": {"q1": 1.0}})


@pytest.fixture
def second(tmp_path: Path) -> SavedRun:
    scores = {"q1": 0.5, "q2": 0.5, "q3": 1.0, "q4": 0.5, "q6": 1.0}
    settings = {"fusion": "rrf", "read": 10, "documents ranked": 100, "given": False, "sample": 4}
    shown = {"AP": dict.fromkeys(scores, 0.5), "nDCG@10": scores, "R@5": {"q1": 1.0}}
    return _run(tmp_path / "b", shown, settings=settings)


def test_shared_measures_are_compared_over_shared_questions(first: SavedRun, second: SavedRun) -> None:
    ranking, precision = compare(first, second)
    assert (ranking.measure, precision.measure) == ("nDCG@10", "AP")
    assert (ranking.first, ranking.second) == (2.25 / 4, 2.5 / 4)
    assert ranking.change == pytest.approx(0.0625)
    assert (ranking.wins, ranking.losses, ranking.ties) == (2, 1, 1)
    assert ranking.low < ranking.change < ranking.high
    # of the eight signs of 0.5, 0.5 and 0.25 every sum is at least 0.25 from nothing
    assert (ranking.p, ranking.is_sure) == (1, False)
    assert (precision.change, precision.low, precision.high, precision.p, precision.ties) == (0, 0, 0, 1, 4)


def test_the_other_way_round_every_sign_is_turned(first: SavedRun, second: SavedRun) -> None:
    there, back = compare(first, second)[0], next(each for each in compare(second, first) if each.measure == "nDCG@10")
    assert back.change == -there.change
    assert (back.wins, back.losses) == (there.losses, there.wins)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=0.02)


def test_a_difference_on_every_question_is_sure_and_p_is_adjusted_for_all_measures(tmp_path: Path) -> None:
    low, high = {f"q{n}": 0.1 for n in range(8)}, {f"q{n}": 0.9 for n in range(8)}
    one = compare(_run(tmp_path / "a", {"nDCG@10": low}), _run(tmp_path / "b", {"nDCG@10": high}))
    (tmp_path / "more").mkdir()
    both = compare(
        _run(tmp_path / "more" / "a", {"nDCG@10": low, "AP": low}),
        _run(tmp_path / "more" / "b", {"nDCG@10": high, "AP": high}),
    )
    assert one[0].p == pytest.approx(2 / 2**8)
    assert [each.p for each in both] == pytest.approx([4 / 2**8] * 2)
    assert one[0].is_sure and both[0].is_sure
    assert (one[0].low, one[0].high) == pytest.approx((0.8, 0.8))


def test_the_same_run_against_itself_differs_in_nothing(first: SavedRun) -> None:
    assert {(each.change, each.p, each.wins, each.losses) for each in compare(first, first)} == {(0, 1, 0, 0)}
    assert changed(first, first) == []


def test_runs_on_other_data_are_refused(first: SavedRun, tmp_path: Path) -> None:
    other = _run(tmp_path / "c", first.scores, sha256="cd34")
    with pytest.raises(DataError, match=r"a and c measured different data \(sky, sky\); compare runs on the same"):
        compare(first, other)


@pytest.mark.parametrize("scores", [{"R@5": {"q1": 1.0}}, {"nDCG@10": {"q9": 1.0}}, {}])
def test_runs_without_a_measure_in_common_are_refused(first: SavedRun, tmp_path: Path, scores: Scores) -> None:
    with pytest.raises(DataError, match="have no measure in common"):
        compare(first, _run(tmp_path / "c", scores))


def test_questions_that_changed_go_from_the_largest_loss_to_the_largest_gain(first: SavedRun, second: SavedRun) -> None:
    found = changed(first, second)
    assert [(each.id, each.first, each.second) for each in found] == [("q1", 1, 0.5), ("q4", 0.25, 0.5), ("q3", 0.5, 1)]


def test_a_terminal_shows_the_table_and_the_questions_a_line_each(first: SavedRun, second: SavedRun) -> None:
    lines = list(comparison_lines(first, second, compare(first, second), changed(first, second)))
    assert lines[:2] == ["A  a: as shipped", "B  b: fusion=rrf sample=4"]
    assert lines[5].split()[:4] == ["nDCG@10", "0.5625", "0.6250", "+0.0625"]
    assert lines[5].split()[-1] == "2/1/1"
    assert lines[-4:] == [
        "3 questions changed by nDCG@10",
        "  1.000 → 0.500  q1  What is q1?",
        "  0.250 → 0.500  q4  What is q4?",
        "  0.500 → 1.000  q3  What is q3?",
    ]


def test_that_one_run_asked_more_questions_is_said(tmp_path: Path) -> None:
    more, fewer = ({f"q{i}": 0.5 for i in range(most)} for most in (12, 4))
    one, other = _run(tmp_path / "a", {"nDCG@10": more}), _run(tmp_path / "b", {"nDCG@10": fewer})
    said = "compared on the 4 questions that both asked: A asked 12, B 4"
    assert said in comparison_lines(one, other, compare(one, other), changed(one, other))
    assert not any("that both asked" in line for line in comparison_lines(one, one, compare(one, one), []))


def test_of_many_changed_questions_both_ends_are_shown(tmp_path: Path) -> None:
    low, high = {f"q{n:02}": 0.5 for n in range(30)}, {f"q{n:02}": n / 30 for n in range(30)}
    one, other = _run(tmp_path / "a", {"nDCG@10": low}), _run(tmp_path / "b", {"nDCG@10": high})
    lines = list(comparison_lines(one, other, compare(one, other), changed(one, other), most=2))
    assert [line.split()[3] for line in lines[-4:]] == ["q00", "q01", "q28", "q29"]
    assert lines[-5] == "29 questions changed by nDCG@10"
