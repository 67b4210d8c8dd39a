"""Fusion and support, against numbers worked by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.fuse import fuse, support

_IDS = st.integers(0, 30)
_DENSE = st.dictionaries(_IDS, st.floats(-1, 1), max_size=12)
_LEXICAL = st.dictionaries(_IDS, st.floats(0, 60), max_size=12)
_SCORED = st.dictionaries(_IDS, st.tuples(st.sampled_from("ab"), st.floats(0, 1)), max_size=12)


def test_cosines_are_scaled_between_worst_and_best_and_bm25_by_its_best() -> None:
    # cosines 0.9, 0.5, 0.1 become 1, 0.5, 0; BM25 10, 5 becomes 1, 0.5
    fused = fuse([(1, 0.9), (2, 0.5), (3, 0.1)], [(2, 10.0), (4, 5.0)], dense_weight=0.5)
    assert fused == pytest.approx({1: 0.5, 2: 0.25 + 0.5, 3: 0.0, 4: 0.25})


def test_the_dense_weight_divides_the_score_between_the_searches() -> None:
    fused = fuse([(1, 0.8), (2, 0.2)], [(2, 4.0)], dense_weight=0.7)
    assert fused == pytest.approx({1: 0.7, 2: 0.3})


def test_a_passage_that_one_search_did_not_return_gets_nothing_from_it() -> None:
    fused = fuse([(1, 0.4), (2, 0.3)], [(3, 2.0)], dense_weight=0.5)
    assert fused[3] == pytest.approx(0.5)
    assert fused[1] == pytest.approx(0.5)


def test_the_worst_cosine_counts_as_much_as_none_at_all() -> None:
    assert fuse([(1, 0.9), (2, 0.8)], [], dense_weight=1.0) == {1: 1.0, 2: 0.0}


def test_nothing_found_fuses_to_nothing() -> None:
    assert fuse([], []) == {}


@pytest.mark.parametrize(
    ("dense", "lexical", "expected"),
    [([(1, 0.3)], [], {1: 0.5}), ([], [(1, 7.0)], {1: 0.5}), ([(1, 0.3)], [(1, 7.0)], {1: 1.0})],
)
def test_one_search_alone_is_worth_its_weight(
    dense: list[tuple[int, float]], lexical: list[tuple[int, float]], expected: dict[int, float]
) -> None:
    assert fuse(dense, lexical, dense_weight=0.5) == pytest.approx(expected)


def test_passages_with_equal_cosines_are_all_best() -> None:
    assert fuse([(1, 0.4), (2, 0.4)], [], dense_weight=0.5) == {1: 0.5, 2: 0.5}


def test_passages_without_any_of_the_words_do_not_divide_by_zero() -> None:
    assert fuse([], [(1, 0.0), (2, 0.0)]) == {1: 0.0, 2: 0.0}


def test_negative_cosines_are_scaled_like_others() -> None:
    assert fuse([(1, 0.0), (2, -0.5), (3, -1.0)], [], dense_weight=1.0) == {1: 1.0, 2: 0.5, 3: 0.0}


@given(_DENSE, _LEXICAL, st.floats(0, 1))
@settings(deadline=None, max_examples=100)
def test_fused_scores_of_all_that_was_found_lie_between_0_and_1(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    fused = fuse(list(dense.items()), list(lexical.items()), weight)
    assert set(fused) == set(dense) | set(lexical)
    assert all(0 <= score <= 1 for score in fused.values())


@given(_DENSE, _LEXICAL)
@settings(deadline=None, max_examples=100)
def test_a_passage_that_both_searches_rank_higher_is_ranked_higher(
    dense: dict[int, float], lexical: dict[int, float]
) -> None:
    fused = fuse(list(dense.items()), list(lexical.items()))
    both = sorted(dense.keys() & lexical.keys())
    for first in both:
        for second in both:
            if dense[first] >= dense[second] and lexical[first] >= lexical[second]:
                assert fused[first] >= fused[second]


def test_a_passage_alone_in_its_document_has_no_support() -> None:
    assert support({1: 0.6, 2: 0.5}, {1: "a", 2: "b"}, share=0.2) == {1: 0.6, 2: 0.5}


def test_two_passages_of_a_document_support_each_other() -> None:
    # 0.6 + 0.2 × 0.4 and 0.4 + 0.2 × 0.6
    assert support({1: 0.6, 2: 0.4}, {1: "a", 2: "a"}, share=0.2) == pytest.approx({1: 0.68, 2: 0.52})


def test_of_three_passages_the_best_is_supported_by_the_second_and_the_others_by_the_best() -> None:
    # 0.9 + 0.2 × 0.5, 0.5 + 0.2 × 0.9, 0.3 + 0.2 × 0.9, in whatever order they come
    expected = {1: 1.0, 2: 0.68, 3: 0.48}
    documents = dict.fromkeys((1, 2, 3), "a")
    assert support({1: 0.9, 2: 0.5, 3: 0.3}, documents, share=0.2) == pytest.approx(expected)
    assert support({3: 0.3, 2: 0.5, 1: 0.9}, documents, share=0.2) == pytest.approx(expected)


def test_passages_with_equal_scores_support_each_other_alike() -> None:
    supported = support({1: 0.8, 2: 0.8, 3: 0.1}, dict.fromkeys((1, 2, 3), "a"), share=0.2)
    assert supported == pytest.approx({1: 0.96, 2: 0.96, 3: 0.26})


def test_support_lifts_a_passage_of_a_document_that_is_about_the_question() -> None:
    scores = {1: 0.62, 2: 0.55, 3: 0.6}
    supported = support(scores, {1: "lone", 2: "about", 3: "about"})
    assert max(scores, key=lambda i: scores[i]) == 1
    assert max(supported, key=lambda i: supported[i]) == 3


def test_no_scores_need_no_support() -> None:
    assert support({}, {}) == {}


@given(_SCORED, st.floats(0, 1))
@settings(deadline=None, max_examples=100)
def test_support_is_a_share_of_the_best_other_passage_of_the_document(
    scored: dict[int, tuple[str, float]], share: float
) -> None:
    scores = {i: score for i, (_, score) in scored.items()}
    documents = {i: document for i, (document, _) in scored.items()}
    others = {i: [scores[j] for j in scores if j != i and documents[j] == documents[i]] for i in scores}
    expected = {i: score + share * max(others[i], default=0.0) for i, score in scores.items()}
    assert support(scores, documents, share) == pytest.approx(expected)
