"""Percentiles by nearest rank."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures.latency import percentile, summary


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, 15),
        (0.05, 15),  # ⌈0.05 · 5⌉ = ⌈0.25⌉ = 1
        (0.2, 15),  # ⌈1⌉ = 1
        (0.3, 20),  # ⌈1.5⌉ = 2
        (0.4, 20),  # ⌈2⌉ = 2
        (0.5, 35),  # ⌈2.5⌉ = 3
        (0.95, 50),  # ⌈4.75⌉ = 5
        (1.0, 50),
    ],
)
def test_a_percentile_is_the_value_at_the_nearest_rank_above(share: float, expected: float) -> None:
    assert percentile([40, 15, 50, 20, 35], share) == expected


@pytest.mark.parametrize("percent", range(1, 101))
def test_of_a_hundred_values_the_nth_percentile_is_the_nth(percent: int) -> None:
    assert percentile(list(range(100, 0, -1)), percent / 100) == percent


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(1, 100))
@settings(max_examples=100)
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(values: list[float], percent: int) -> None:
    found = percentile(values, percent / 100)
    assert found in values
    assert sum(value <= found for value in values if found is not None) * 100 >= percent * len(values)
    assert sum(value < found for value in values if found is not None) * 100 < percent * len(values)


def test_a_summary_names_the_middle_and_the_slow() -> None:
    assert summary([float(each) for each in range(1, 21)]) == {"p50": 10, "p95": 19}
    assert summary([7.5]) == {"p50": 7.5, "p95": 7.5}


def test_nothing_has_no_percentile() -> None:
    assert percentile([], 0.5) is None
    assert summary([]) == {}


@pytest.mark.parametrize("share", [-0.1, 1.1, 95, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="not a share"):
        percentile([1.0], share)
