"""Whether an assistant refuses the right questions, and whether its confidence could choose them.

Every function takes parallel sequences with one entry a question and raises ValueError where they differ in
length or where a confidence is NaN. The higher a confidence, the surer the assistant is of its answer.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby


def refusal_precision(refused: Sequence[bool], answerable: Sequence[bool]) -> float | None:
    """The share of refused questions that have no answer; None if nothing was refused."""
    return _share([not has for was, has in zip(refused, answerable, strict=True) if was])


def refusal_recall(refused: Sequence[bool], answerable: Sequence[bool]) -> float | None:
    """The share of questions without an answer that were refused; None if every question has one."""
    return _share([was for was, has in zip(refused, answerable, strict=True) if not has])


def auroc(confidences: Sequence[float], answerable: Sequence[bool]) -> float | None:
    """How probably an answerable question gets more confidence than an unanswerable one, a tie counting a half.

    The area under the ROC curve by its rank statistic (Hanley & McNeil 1982); None if either kind is missing.
    """
    won, above = 0.0, 0
    for group in _tied(confidences, answerable):
        alike = sum(group)
        won += (len(group) - alike) * (above + alike / 2)
        above += alike
    pairs = above * (len(answerable) - above)
    return won / pairs if pairs else None


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """(coverage, risk) for every threshold that can be set, the strictest first.

    Coverage is the share of questions answered when all with at least that confidence are, and risk the share
    of those answers that is wrong (El-Yaniv & Wiener 2010; Geifman & El-Yaniv 2017). Questions of one
    confidence enter together: no threshold tells them apart.
    """
    points, answered, wrong = [], 0, 0
    for group in _tied(confidences, right):
        answered += len(group)
        wrong += len(group) - sum(group)
        points.append((answered / len(right), wrong / answered))
    return points


def area_under_risk_coverage(points: Sequence[tuple[float, float]]) -> float | None:
    """The mean risk over the thresholds at each question's own confidence (AURC); lower is better, None of no points.

    Geifman, Uziel & El-Yaniv 2019: the sum over n thresholds, divided by n; steps, not trapezoids. Where
    questions tie, each of them counts the risk that the whole group reaches.
    """
    if not points:
        return None
    before = [0.0, *(coverage for coverage, _ in points)]
    return sum(risk * (coverage - last) for (coverage, risk), last in zip(points, before, strict=False))


def coverage_at_risk(points: Sequence[tuple[float, float]], risk: float) -> float | None:
    """The largest share of questions that can be answered with at most this risk; 0 if no threshold keeps to it.

    None of no points. Risk may rise and fall along the curve: this is the last point that keeps to it.
    """
    return max((coverage for coverage, reached in points if reached <= risk), default=0.0) if points else None


def _tied(confidences: Sequence[float], flags: Sequence[bool]) -> Iterator[list[bool]]:
    """The flags of each group with one confidence, the highest confidence first."""
    if any(math.isnan(confidence) for confidence in confidences):
        raise ValueError("a confidence is NaN and cannot be ranked")
    ranked = sorted(zip(confidences, flags, strict=True), key=lambda pair: -pair[0])
    for _, group in groupby(ranked, key=lambda pair: pair[0]):
        yield [flag for _, flag in group]


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
