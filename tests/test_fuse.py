"""Fusion, against numbers worked by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.fuse import DENSE, DOCUMENT, LEXICAL, by_best, fuse, with_documents

RANKINGS = st.dictionaries(st.integers(1, 20), st.floats(-1, 1), max_size=12).map(lambda found: list(found.items()))
BM25 = st.dictionaries(st.integers(1, 20), st.floats(0, 50), max_size=12).map(lambda found: list(found.items()))


def test_the_weights_share_one_between_them() -> None:
    assert pytest.approx(1.0) == DENSE + LEXICAL + DOCUMENT


def test_cosines_are_scaled_between_worst_and_best_and_bm25_by_its_best() -> None:
    fused = fuse([(1, 0.9), (2, 0.5), (3, 0.1)], [(2, 10.0), (4, 5.0)])
    assert fused == pytest.approx({1: DENSE, 2: DENSE / 2 + LEXICAL, 3: 0.0, 4: LEXICAL / 2})


def test_passages_with_equal_cosines_are_all_best() -> None:
    assert fuse([(1, 0.4), (2, 0.4)], []) == {1: DENSE, 2: DENSE}


def test_nothing_found_fuses_to_nothing() -> None:
    assert fuse([], []) == {}


def test_passages_without_any_of_the_words_do_not_divide_by_zero() -> None:
    assert fuse([], [(1, 0.0), (2, 0.0)]) == {}
    assert by_best([(1, 0.0)]) == {}


def test_scores_are_shares_of_the_best() -> None:
    assert by_best([(1, 8.0), (2, 2.0)]) == {1: 1.0, 2: 0.25}


def test_a_passage_gains_from_its_document() -> None:
    scores = with_documents({1: 0.3, 2: 0.2, 3: 0.4}, {1: "a", 2: "a", 3: "b"}, {"a": 1.0, "c": 0.5})
    assert scores == pytest.approx({1: 0.3 + DOCUMENT, 2: 0.2 + DOCUMENT, 3: 0.4})


@settings(deadline=None, max_examples=60)
@given(RANKINGS, BM25)
def test_fused_scores_of_all_that_was_found_lie_within_their_weights(
    dense: list[tuple[int, float]], lexical: list[tuple[int, float]]
) -> None:
    fused = fuse(dense, lexical)
    assert {i for i, _ in dense} <= set(fused) <= {i for i, _ in [*dense, *lexical]}
    assert all(0 <= score <= DENSE + LEXICAL + 1e-9 for score in fused.values())
