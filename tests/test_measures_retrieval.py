"""Rankings of documents, against numbers worked by hand."""

from math import log2
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures.retrieval import DOCUMENT_MEASURES, recall_by_depth, scores

_QRELS = {
    "graded": {"a": 2, "b": 1, "c": 0},
    "deep": {"x": 1},
    "unanswered": {"a": 1},
    "emptied": {"a": 1},
    "irrelevant": {"a": 0, "b": -1},
}
_RUN = {
    "graded": {"c": 0.9, "a": 0.8, "z": 0.7, "b": 0.6},  # ranks: c 1, a 2, z 3, b 4
    "deep": {f"d{number:02}": 30.0 - number for number in range(11)} | {"x": 1.0},  # x is twelfth
    "emptied": {},
    "irrelevant": {"a": 1.0, "b": 0.5},
    "unjudged": {"a": 1.0},
}


def test_a_graded_ranking_scores_as_worked_by_hand() -> None:
    found = scores(_QRELS, _RUN)
    ideal = 2 / log2(2) + 1 / log2(3)
    assert {name: found[name]["graded"] for name in DOCUMENT_MEASURES} == pytest.approx(
        {
            "nDCG@10": (2 / log2(3) + 1 / log2(5)) / ideal,
            "AP": (1 / 2 + 2 / 4) / 2,
            "RR@10": 1 / 2,
            "Success@1": 0,
            "Success@5": 1,
            "R@5": 2 / 2,
            "R@20": 2 / 2,
            "R@100": 2 / 2,
        }
    )


def test_what_lies_below_the_cut_does_not_count() -> None:
    found = scores(_QRELS, _RUN)
    deep = {name: found[name]["deep"] for name in DOCUMENT_MEASURES}
    assert deep == pytest.approx(
        {"nDCG@10": 0, "AP": 1 / 12, "RR@10": 0, "Success@1": 0, "Success@5": 0, "R@5": 0, "R@20": 1, "R@100": 1}
    )


@pytest.mark.parametrize("query", ["unanswered", "emptied", "irrelevant"])
def test_a_judged_query_without_results_or_without_relevant_documents_scores_zero(query: str) -> None:
    found = scores(_QRELS, _RUN)
    assert {name: found[name][query] for name in DOCUMENT_MEASURES} == dict.fromkeys(DOCUMENT_MEASURES, 0.0)


def test_measures_and_queries_keep_their_order_and_unjudged_queries_are_left_out() -> None:
    found = scores(_QRELS, _RUN, ["R@5", "AP"])
    assert list(found) == ["R@5", "AP"]
    assert [list(each) for each in found.values()] == [list(_QRELS)] * 2
    assert {type(value) for each in found.values() for value in each.values()} == {float}


def test_every_measure_sees_the_same_ranking_when_scores_tie() -> None:
    # trec_eval puts the last id first: b, a
    found = scores({"q": {"a": 1}}, {"q": {"a": 0.5, "b": 0.5}}, ["RR", "RR@10", "Success@1", "AP"])
    assert {name: value["q"] for name, value in found.items()} == {"RR": 0.5, "RR@10": 0.5, "Success@1": 0, "AP": 0.5}


def test_scores_closer_than_32_bits_can_tell_still_rank() -> None:
    found = scores({"q": {"a": 1}}, {"q": {"a": 0.5 + 1e-12, "b": 0.5}}, ["Success@1", "RR@10"])
    assert {name: value["q"] for name, value in found.items()} == {"Success@1": 1, "RR@10": 1}


def test_judgements_may_be_read_only() -> None:
    qrels, run = (
        MappingProxyType({"q": MappingProxyType({"a": 1})}),
        MappingProxyType({"q": MappingProxyType({"a": 2})}),
    )
    assert scores(qrels, run, ["R@5"]) == {"R@5": {"q": 1.0}}


def test_nothing_judged_gives_nothing() -> None:
    assert scores({}, _RUN, ["AP", "RR@10"]) == {"AP": {}, "RR@10": {}}
    assert scores(_QRELS, {}, []) == {}
    assert recall_by_depth({}, _RUN, [5]) == []


def test_recall_by_depth_is_the_mean_over_all_judged_queries() -> None:
    found = recall_by_depth(_QRELS, _RUN, [1, 2, 4, 12, 1000])
    # graded: 0/2, 1/2, 2/2, …; deep: 0 until the twelfth; three more queries at 0
    assert found == [(1, 0), (2, 0.5 / 5), (4, 1 / 5), (12, 2 / 5), (1000, 2 / 5)]


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-1, 2), min_size=1),
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([0.1, 0.2, 0.3])),
)
@settings(max_examples=60)
def test_recall_success_and_reciprocal_rank_agree_with_the_ranking(
    grades: dict[str, int], documents: dict[str, float]
) -> None:
    ranking = sorted(documents, key=lambda each: (documents[each], each), reverse=True)
    relevant = {each for each in grades if grades[each] > 0}
    hits = [rank for rank, each in enumerate(ranking, start=1) if each in relevant]
    found = scores({"q": grades}, {"q": documents}, ["R@5", "Success@5", "RR@10", "AP"])
    assert {name: value["q"] for name, value in found.items()} == pytest.approx(
        {
            "R@5": sum(rank <= 5 for rank in hits) / len(relevant) if relevant else 0,
            "Success@5": float(any(rank <= 5 for rank in hits)),
            "RR@10": 1 / hits[0] if hits else 0,
            "AP": sum(number / rank for number, rank in enumerate(hits, start=1)) / len(relevant) if relevant else 0,
        }
    )
