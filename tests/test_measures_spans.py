"""Characters that two stretches share."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures.spans import overlap

_STRETCH = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair)))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [((0, 10), (5, 12), 5), ((0, 10), (2, 4), 2), ((0, 5), (5, 9), 0), ((0, 2), (7, 9), 0), ((3, 8), (3, 8), 5)],
)
def test_overlap_is_the_number_of_common_characters(
    first: tuple[int, int], second: tuple[int, int], expected: int
) -> None:
    assert overlap(first, second) == expected


@given(_STRETCH, _STRETCH)
@settings(max_examples=100)
def test_overlap_counts_the_offsets_that_both_stretches_hold(first: tuple[int, int], second: tuple[int, int]) -> None:
    assert overlap(first, second) == overlap(second, first) == len(set(range(*first)) & set(range(*second)))
