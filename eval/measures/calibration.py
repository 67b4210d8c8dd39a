"""Whether a confidence is a probability: of the answers given with 0.8, four in five are right.

Parallel sequences with one entry an answer. ValueError where they differ in length or a confidence is not
between 0 and 1.
"""

from bisect import bisect_left
from collections.abc import Sequence


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, count) of every bin that is not empty, the least confident first.

    The reliability diagram of Guo et al. 2017: bins of equal width, each with its upper edge, so that 0.1 lies
    in the first of ten; 0 lies there too.
    """
    edges = [number / bins for number in range(1, bins)]
    filled: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, was_right in _checked(confidences, right):
        filled[bisect_left(edges, confidence)].append((confidence, was_right))
    return [
        (sum(confidence for confidence, _ in each) / len(each), sum(flag for _, flag in each) / len(each), len(each))
        for each in filled
        if each
    ]


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float | None:
    """How far share right and mean confidence lie apart in a bin, averaged over answers (Guo et al. 2017).

    Between 0 and 1, lower is better; None of no answers. It depends on `bins`: compare at the same number.
    """
    if not confidences:
        return None
    diagram = reliability(confidences, right, bins)
    return sum(count * abs(share - confidence) for confidence, share, count in diagram) / len(confidences)


def brier_score(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """The mean squared distance of confidence from 1 (right) or 0 (wrong), lower is better; None of no answers.

    Brier 1950, in the form for two classes, which is half of his own.
    """
    squares = [(confidence - was_right) ** 2 for confidence, was_right in _checked(confidences, right)]
    return sum(squares) / len(squares) if squares else None


def _checked(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, bool]]:
    pairs = list(zip(confidences, right, strict=True))
    for confidence, _ in pairs:
        if not 0 <= confidence <= 1:
            raise ValueError(f"{confidence} is not a probability")
    return pairs
