"""Refusal and risk, against numbers worked by hand and scikit-learn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from eval.measures.refusal import (
    area_under_risk_coverage,
    auroc,
    coverage_at_risk,
    refusal_precision,
    refusal_recall,
    risk_coverage,
)

_QUESTIONS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=20
)


def test_refusal_precision_and_recall_are_shares_of_the_refused_and_of_the_unanswerable() -> None:
    refused = [True, True, True, False, False]
    answerable = [False, False, True, False, True]
    assert refusal_precision(refused, answerable) == 2 / 3  # 2 of 3 refused have no answer
    assert refusal_recall(refused, answerable) == 2 / 3  # 2 of 3 without an answer were refused


def test_a_share_of_nothing_is_none_and_not_zero() -> None:
    assert refusal_precision([False], [True]) is None
    assert refusal_recall([False], [True]) is None
    assert refusal_precision([], []) is refusal_recall([], []) is None


def test_auroc_counts_the_pairs_in_the_right_order_and_half_of_those_that_tie() -> None:
    # answerable 0.9, 0.5; unanswerable 0.5, 0.2: pairs 0.9>0.5, 0.9>0.2, 0.5=0.5, 0.5>0.2
    assert auroc([0.9, 0.5, 0.5, 0.2], [True, True, False, False]) == (1 + 1 + 0.5 + 1) / 4


def test_auroc_is_none_where_one_kind_is_missing() -> None:
    assert auroc([0.1, 0.2], [True, True]) is None
    assert auroc([0.1, 0.2], [False, False]) is None
    assert auroc([], []) is None


@given(_QUESTIONS)
@settings(max_examples=100)
def test_auroc_is_that_of_scikit_learn(questions: list[tuple[float, bool]]) -> None:
    confidences, answerable = [each for each, _ in questions], [each for _, each in questions]
    if len(set(answerable)) == 2:
        assert auroc(confidences, answerable) == pytest.approx(roc_auc_score(answerable, confidences))


def test_risk_rises_as_more_questions_are_answered_and_ties_enter_together() -> None:
    points = risk_coverage([0.5, 0.9, 0.5, 0.7], [False, True, True, False])
    # 0.9: right → 0/1; 0.7: wrong → 1/2; both of 0.5, one wrong → 2/4
    assert points == [(1 / 4, 0 / 1), (2 / 4, 1 / 2), (4 / 4, 2 / 4)]


def test_the_area_is_the_mean_risk_over_questions_and_a_tie_counts_the_risk_of_its_group() -> None:
    points = risk_coverage([0.5, 0.9, 0.5, 0.7], [False, True, True, False])
    assert area_under_risk_coverage(points) == pytest.approx((0 + 1 / 2 + 2 / 4 + 2 / 4) / 4)


def test_without_ties_the_area_is_the_mean_of_the_risks_of_every_prefix() -> None:
    points = risk_coverage([0.9, 0.8, 0.7, 0.6], [True, False, True, False])
    assert area_under_risk_coverage(points) == pytest.approx((0 / 1 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


@pytest.mark.parametrize(("risk", "expected"), [(0.0, 0.25), (0.32, 0.25), (0.34, 0.75), (0.49, 0.75), (0.5, 1.0)])
def test_coverage_at_risk_is_the_last_point_that_keeps_to_it(risk: float, expected: float) -> None:
    points = [(0.25, 0.0), (0.5, 0.5), (0.75, 1 / 3), (1.0, 0.5)]
    assert coverage_at_risk(points, risk) == expected


def test_no_coverage_keeps_to_a_risk_below_all_points() -> None:
    assert coverage_at_risk(risk_coverage([0.9, 0.1], [False, True]), 0.2) == 0


def test_no_questions_have_no_curve_no_area_and_no_coverage() -> None:
    assert risk_coverage([], []) == []
    assert area_under_risk_coverage([]) is None
    assert coverage_at_risk([], 0.5) is None


@given(_QUESTIONS)
@settings(max_examples=100)
def test_the_curve_ends_with_all_answered_at_the_overall_risk(questions: list[tuple[float, bool]]) -> None:
    confidences, right = [each for each, _ in questions], [each for _, each in questions]
    points = risk_coverage(confidences, right)
    assert points[-1] == (1.0, right.count(False) / len(right))
    assert len(points) == len(set(confidences))
    # each question counts the risk of answering all that are at least as sure
    risks = [
        sum(not flag for other, flag in questions if other >= own) / sum(other >= own for other in confidences)
        for own in confidences
    ]
    assert area_under_risk_coverage(points) == pytest.approx(sum(risks) / len(risks))


def test_confidence_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        risk_coverage([0.5, float("nan")], [True, False])
    with pytest.raises(ValueError, match="NaN"):
        auroc([0.5, float("nan")], [True, False])


def test_sequences_that_are_not_parallel_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        refusal_precision([True, False], [True])
    with pytest.raises(ValueError, match="shorter"):
        auroc([0.5, 0.4], [True])
