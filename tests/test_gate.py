"""Figures held against limits."""

import pytest

from corpus.errors import DataError
from eval.explain import explanation
from eval.gate import POSSIBLE, check_known, limits, shortfalls
from eval.score import MAIN
from eval.task import KINDS

_FIGURES = {"questions": 80.0, "nDCG@10": 0.71, "refusal recall": 0.9, "ECE": 0.12, "nDCG@10, last turn": 0.5}


def test_limits_are_read_by_name() -> None:
    assert limits(["ndcg@10=0.72", "refusal_recall = 1", "F1=0"]) == {"ndcg@10": 0.72, "refusal_recall": 1, "F1": 0}
    assert limits([]) == {}


@pytest.mark.parametrize(
    "text", ["", "0.72", "=0.72", " =0.72", "ndcg@10", "ndcg@10=", "ndcg@10=much", "F1=nan", "F1=inf"]
)
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"--fail-under .*: give a figure's name and a number"):
        limits([text])


@pytest.mark.parametrize("name", ["nDCG@10", "ndcg@10", "NDCG @10"])
def test_a_figure_below_its_limit_is_told_whatever_the_case_of_its_name(name: str) -> None:
    assert shortfalls({name: 0.72}, _FIGURES) == ["nDCG@10 is 0.7100, below 0.72"]


def test_a_limit_that_is_met_is_not_told_not_even_where_it_is_met_exactly() -> None:
    assert shortfalls({"nDCG@10": 0.71, "refusal_recall": 0.89, "ndcg@10,last-turn": 0.5}, _FIGURES) == []


def test_where_lower_is_better_the_limit_is_the_most() -> None:
    assert shortfalls({"ece": 0.1}, _FIGURES) == ["ECE is 0.1200, above 0.1"]
    assert shortfalls({"ECE": 0.12}, _FIGURES) == []


def test_a_figure_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(DataError, match=r"--fail-under ndgc@10: there is no such figure; did you mean nDCG@10\?"):
        shortfalls({"ndgc@10": 0.7}, _FIGURES)
    with pytest.raises(DataError, match="--fail-under speed: there is no such figure; there are questions, nDCG@10, "):
        check_known({"speed": 0.7}, _FIGURES)


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_that_a_kind_can_have_is_explained_and_its_main_one_is_among_them(kind: str) -> None:
    assert all(explanation(name) for name in POSSIBLE[kind])
    assert MAIN[kind] in POSSIBLE[kind]
    assert len(set(POSSIBLE[kind])) == len(POSSIBLE[kind])
