"""Calibration, against numbers worked by hand and scikit-learn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from eval.measures.calibration import brier_score, expected_calibration_error, reliability

_ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)
_CONFIDENCES = [0.15, 0.2, 0.85, 0.9, 0.95]
_RIGHT = [False, True, True, False, True]


def test_a_bin_has_its_mean_confidence_and_share_right() -> None:
    assert reliability(_CONFIDENCES, _RIGHT) == [
        (pytest.approx((0.15 + 0.2) / 2), 1 / 2, 2),  # (0.1, 0.2]
        (pytest.approx((0.85 + 0.9) / 2), 1 / 2, 2),  # (0.8, 0.9]
        (0.95, 1.0, 1),  # (0.9, 1.0]
    ]


@pytest.mark.parametrize("bins", [1, 2, 7, 10, 20])
def test_an_edge_lies_in_the_bin_below_it_and_zero_in_the_first(bins: int) -> None:
    edges = [number / bins for number in range(1, bins + 1)]
    assert reliability(edges, [True] * bins, bins) == [(edge, 1.0, 1) for edge in edges]
    assert reliability([0.0, *edges], [True] * (bins + 1), bins)[0] == (edges[0] / 2, 1.0, 2)


def test_expected_calibration_error_weighs_the_gap_of_each_bin_by_its_answers() -> None:
    expected = 2 / 5 * abs(0.5 - 0.175) + 2 / 5 * abs(0.5 - 0.875) + 1 / 5 * abs(1 - 0.95)  # 0.29
    assert expected_calibration_error(_CONFIDENCES, _RIGHT) == pytest.approx(expected)


def test_with_one_bin_only_the_overall_gap_counts() -> None:
    expected = abs(3 / 5 - (0.15 + 0.2 + 0.85 + 0.9 + 0.95) / 5)
    assert expected_calibration_error(_CONFIDENCES, _RIGHT, bins=1) == pytest.approx(expected)


def test_the_brier_score_is_the_mean_squared_distance() -> None:
    expected = (0.15**2 + 0.8**2 + 0.15**2 + 0.9**2 + 0.05**2) / 5
    assert brier_score(_CONFIDENCES, _RIGHT) == pytest.approx(expected)


def test_nothing_is_known_of_no_answers() -> None:
    assert reliability([], []) == []
    assert expected_calibration_error([], []) is None
    assert brier_score([], []) is None


@given(_ANSWERS, st.integers(1, 20))
@settings(max_examples=100)
def test_the_bins_hold_all_answers_and_errors_lie_between_0_and_1(answers: list[tuple[float, bool]], bins: int) -> None:
    confidences, right = [each for each, _ in answers], [each for _, each in answers]
    diagram = reliability(confidences, right, bins)
    assert sum(count for _, _, count in diagram) == len(answers)
    assert len(diagram) <= bins
    assert sum(share * count for _, share, count in diagram) == pytest.approx(sum(right))
    error = expected_calibration_error(confidences, right, bins)
    assert error is not None
    assert -1e-9 <= error <= 1 + 1e-9
    assert brier_score(confidences, right) == pytest.approx(brier_score_loss(right, confidences, pos_label=True))


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_what_is_not_a_probability_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="not a probability"):
        brier_score([confidence], [True])
    with pytest.raises(ValueError, match="not a probability"):
        expected_calibration_error([confidence], [True])


def test_sequences_that_are_not_parallel_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        reliability([0.5], [True, False])
