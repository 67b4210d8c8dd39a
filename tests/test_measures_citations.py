"""Citations against evidence, by place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures.citations import citation_precision, citation_recall, matches
from eval.measures.spans import Span

_SPAN = st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(0, 20)).map(
    lambda span: (span[0], min(span[1:]), max(span[1:]))
)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("a", 0, 10), ("a", 5, 15), True),  # 5 of 10
        (("a", 0, 10), ("a", 6, 16), False),  # 4 of 10
        (("a", 0, 100), ("a", 90, 110), True),  # 10 of the shorter one's 20
        (("a", 0, 100), ("a", 91, 111), False),  # 9 of 20
        (("a", 0, 100), ("a", 40, 43), True),  # the shorter one lies inside
        (("a", 0, 3), ("a", 1, 4), True),  # 2 of 3
        (("a", 0, 10), ("b", 0, 10), False),
        (("a", 4, 4), ("a", 0, 10), False),  # an empty span proves nothing
        (("a", 4, 4), ("a", 4, 4), False),
    ],
)
def test_spans_match_when_they_share_half_of_the_shorter_one(first: Span, second: Span, expected: bool) -> None:
    assert matches(first, second) is matches(second, first) is expected


def test_precision_is_of_citations_and_recall_of_evidence() -> None:
    cited = [("a", 0, 10), ("a", 2, 8), ("b", 0, 10)]
    evidence = [("a", 0, 8), ("c", 5, 9)]
    assert citation_precision(cited, evidence) == 2 / 3  # both of `a`
    assert citation_recall(cited, evidence) == 1 / 2  # `c` is not cited


def test_without_citations_precision_is_undefined_and_recall_zero() -> None:
    assert citation_precision([], [("a", 0, 8)]) is None
    assert citation_recall([], [("a", 0, 8)]) == 0


def test_without_evidence_recall_is_undefined_and_precision_zero() -> None:
    assert citation_precision([("a", 0, 8)], []) == 0
    assert citation_recall([("a", 0, 8)], []) is None


@given(st.lists(_SPAN, max_size=6), st.lists(_SPAN, max_size=6))
@settings(max_examples=100)
def test_the_precision_of_one_side_is_the_recall_of_the_other(first: list[Span], second: list[Span]) -> None:
    assert citation_precision(first, second) == citation_recall(second, first)
