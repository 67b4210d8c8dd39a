"""Fusion, against numbers worked by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import UserError
from index.homes import Home
from rag.fuse import Fusion, Rankings, by_rank

RANKINGS = st.dictionaries(st.integers(1, 20), st.floats(-1, 1), max_size=12).map(lambda found: list(found.items()))
BM25 = st.dictionaries(st.integers(1, 20), st.floats(0, 50), max_size=12).map(lambda found: list(found.items()))
SUM = Fusion()


def test_the_weights_share_one_between_them() -> None:
    assert pytest.approx(1.0) == SUM.dense + SUM.lexical + SUM.document


def test_scores_are_shares_of_the_best_and_none_is_below_nothing() -> None:
    assert SUM.bm25_shares([(1, 8.0), (2, 2.0), (3, -1.0)]) == {1: 1.0, 2: 0.25, 3: 0.0}


def test_cosines_lie_between_the_worst_and_the_best_of_those_found() -> None:
    assert SUM.cosine_shares([(1, 0.75), (2, 0.5), (3, -0.25)]) == {1: 1.0, 2: 0.75, 3: 0.0}


def test_cosines_that_are_all_the_same_are_all_the_best() -> None:
    assert SUM.cosine_shares([(1, 0.5), (2, 0.5)]) == {1: 1.0, 2: 1.0}


def test_nothing_found_has_no_shares() -> None:
    assert SUM.bm25_shares([]) == SUM.cosine_shares([]) == Fusion("rrf").bm25_shares([]) == {}


def test_passages_without_any_of_the_words_do_not_divide_by_zero() -> None:
    assert SUM.bm25_shares([(1, 0.0), (2, 0.0)]) == {}


def test_ranks_are_shares_that_do_not_depend_on_scores() -> None:
    assert by_rank([(7, 900.0), (8, 0.1)]) == {7: 1.0, 8: 61 / 62}
    assert Fusion("rrf").cosine_shares([(7, 0.9), (8, 0.8)]) == Fusion("rrf").bm25_shares([(7, 5.0), (8, 1.0)])


def test_a_passage_of_a_short_document_has_its_documents_words_and_its_own() -> None:
    assert Fusion(dense=2, lexical=3, document=5, whole=2).score(1.0, 0.5, 0.1, 2) == pytest.approx(2 + 1.5 + 0.5)


def test_the_longer_a_document_the_more_a_passages_own_words_count() -> None:
    fusion = Fusion(dense=2, lexical=3, document=5, whole=2)
    assert fusion.score(1.0, 0.5, 0.1, 8) == pytest.approx(2 + (3 + 5 * 0.75) * 0.5 + 5 * 0.25 * 0.1)


def test_without_a_lexical_search_a_long_document_counts_whole() -> None:
    assert Fusion(dense=1, lexical=0, document=4, whole=1).score(1.0, 0.0, 1.0, 4) == pytest.approx(5.0)


def test_a_search_by_words_weighs_more_the_further_its_best_stands_out() -> None:
    fusion = Fusion(lead=5.0)
    assert fusion.emphasis([1.0, 0.9, 0.4, 0.1]) == pytest.approx(1 + 5 * (0.6 - 0.2))
    assert fusion.emphasis([0.9, 1.0, 0.8]) == fusion.emphasis([1.0]) == fusion.emphasis([]) == 1.0
    assert Fusion(lead=0.0).emphasis([1.0, 0.1, 0.1]) == 1.0


def test_a_name_that_one_passage_has_goes_before_what_is_nearest_in_meaning() -> None:
    homes = {i: Home(i, 1) for i in range(1, 6)}
    named = [(5, 9.0), (1, 2.0), (2, 2.0)]
    found = Rankings([(1, 0.9), (2, 0.8), (3, 0.7), (4, 0.5), (5, 0.4)], named, named)
    scores = Fusion().scores(found, homes)
    assert max(scores, key=lambda i: scores[i]) == 5
    assert scores[5] < 1
    without = Fusion(lead=0.0).scores(found, homes)
    assert max(without, key=lambda i: without[i]) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"method": "max"}, "no fusion 'max'"),
        ({"lexical": -1.0}, "and lexical is -1.0"),
        ({"dense": 0, "lexical": 0, "document": 0}, "are all 0"),
        ({"depth": 0}, "a depth and a whole"),
        ({"whole": 0}, "a depth and a whole"),
        ({"lead": -1.0}, "a feedback and a lead"),
    ],
)
def test_a_fusion_that_cannot_be_is_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Fusion(**wrong)  # type: ignore[arg-type]


@settings(max_examples=60)
@given(RANKINGS, BM25, st.integers(1, 50), st.sampled_from(["sum", "rrf"]))
def test_scores_lie_between_nothing_and_the_sum_of_the_weights(
    dense: list[tuple[int, float]], lexical: list[tuple[int, float]], passages: int, method: str
) -> None:
    homes = {i: Home(i % 7, passages) for i in range(1, 21)}
    scores = Fusion(method).scores(Rankings(dense, lexical, lexical), homes)
    assert all(0 <= score <= 1 + 1e-9 for score in scores.values())
