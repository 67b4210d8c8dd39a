"""Paired comparison, against numbers worked by hand and properties."""

from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures.paired import bootstrap_interval, holm, randomization_test, wins_losses_ties

_PAIRS = st.lists(st.tuples(st.floats(0, 1, width=16), st.floats(0, 1, width=16)), max_size=8)


def _none(size: int) -> list[float]:
    return [0.0] * size


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([1, 2, 3], 2 / 8),  # ±6 of the eight sums ±1±2±3
        ([3, 2, -1], 4 / 8),  # ±6 and ±4
        ([1, 2, -3], 8 / 8),  # the mean is 0
        ([0.3, 0, 0.3, 0], 2 / 4),  # ties have no sign
        ([-0.1] * 13, 2 / 2**13),
        ([0, 0], 1.0),
        ([], 1.0),
    ],
)
def test_few_differences_are_tested_exactly(differences: list[float], expected: float) -> None:
    assert randomization_test(differences, _none(len(differences))) == expected


@given(_PAIRS)
@settings(max_examples=60)
def test_the_exact_p_counts_the_flips_that_are_as_large(pairs: list[tuple[float, float]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    differences = [one - other for one, other in pairs]
    sums = [
        abs(sum(sign * each for sign, each in zip(signs, differences, strict=True)))
        for signs in product([1, -1], repeat=len(differences))
    ]
    # sixteen-bit floats add up without rounding
    expected = sum(each >= abs(sum(differences)) for each in sums) / len(sums)
    assert randomization_test(first, second) == randomization_test(second, first) == pytest.approx(expected)


def test_many_differences_are_sampled_near_the_exact_p() -> None:
    # 15 wins and 5 losses of one size: the sign test, 2 · Σ C(20, k ≥ 15) / 2^20 = 0.0414
    exact = 2 * sum(comb(20, wins) for wins in range(15, 21)) / 2**20
    found = randomization_test([1.0] * 15 + [-1.0] * 5, _none(20), rounds=20_000)
    assert found == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 20_000) ** 0.5)


def test_a_sampled_p_is_never_zero_and_the_same_for_the_same_seed() -> None:
    first = [0.5 + number / 1000 for number in range(60)]
    assert randomization_test(first, _none(60), rounds=99) == 1 / 100
    mixed = [(-1.0) ** number * number for number in range(60)]
    assert randomization_test(mixed, _none(60), seed=7) == randomization_test(mixed, _none(60), seed=7)


def test_rounds_that_do_not_fit_in_one_chunk_are_all_counted() -> None:
    # 300,000 differences: three rounds a chunk, and half of a symmetric test lies on either side
    p = randomization_test([1.0, -1.0] * 150_000, _none(300_000), rounds=10)
    assert p == 1.0  # the mean is 0, and every round is as large: (10 + 1) / (10 + 1)


def test_the_interval_holds_the_middle_of_the_resampled_means() -> None:
    # differences 0 and 1, drawn twice: the mean is 0, 1/2, 1 with chances 1/4, 1/2, 1/4
    assert bootstrap_interval([0.0, 1.0], [0.0, 0.0]) == (0.0, 1.0)
    assert bootstrap_interval([0.0, 1.0], [0.0, 0.0], level=0.4) == (0.5, 0.5)


def test_equal_differences_leave_no_doubt_and_nothing_gives_zero() -> None:
    assert bootstrap_interval([0.75] * 9, [0.5] * 9) == (0.25, 0.25)
    assert bootstrap_interval([], []) == (0.0, 0.0)


def test_for_many_questions_the_interval_is_nearly_the_normal_one() -> None:
    first = [1.0] * 300 + [0.0] * 100
    # mean 0.75, deviation √(0.75 · 0.25), error of the mean √(0.1875 / 400)
    error = (0.75 * 0.25 / 400) ** 0.5
    low, high = bootstrap_interval(first, _none(400))
    assert (low, high) == pytest.approx((0.75 - 1.96 * error, 0.75 + 1.96 * error), abs=0.004)
    assert bootstrap_interval(_none(400), first) == pytest.approx((-high, -low))
    assert bootstrap_interval(first, _none(400)) == (low, high)


def test_holm_multiplies_by_the_tests_that_are_left() -> None:
    # ordered 0.01, 0.02, 0.03, 0.04: 4 · 0.01, 3 · 0.02, then 2 · 0.03 and 1 · 0.04, which may not fall below
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=6))
@settings(max_examples=60)
def test_holm_is_the_closure_of_bonferroni(p_values: list[float]) -> None:
    expected = []
    for index in range(len(p_values)):
        sets = [each for size in range(1, 7) for each in combinations(range(len(p_values)), size) if index in each]
        expected.append(max(min(1.0, len(each) * min(p_values[other] for other in each)) for each in sets))
    assert holm(p_values) == pytest.approx(expected)


def test_wins_losses_and_ties_are_counted_by_question() -> None:
    assert wins_losses_ties([1.0, 0.5, 0.0, 1.0], [0.0, 0.5, 0.5, 0.9]) == (2, 1, 1)
    assert wins_losses_ties([], []) == (0, 0, 0)


def test_scores_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        randomization_test([0.5, float("nan")], [0.1, 0.2])
    with pytest.raises(ValueError, match="shorter"):
        bootstrap_interval([0.5, 0.1], [0.1])


def test_figures_are_plain_python_numbers() -> None:
    first, second = [float(number % 3) for number in range(20)], _none(20)
    values = [
        randomization_test(first, second, rounds=9),
        randomization_test(first[:3], second[:3]),
        *bootstrap_interval(first, second, rounds=9),
        *holm([0.5]),
    ]
    assert {type(value) for value in values} == {float}
    assert {type(count) for count in wins_losses_ties(first, second)} == {int}
