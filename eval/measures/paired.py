"""Whether one system is better than another, from their scores on the same questions.

`first` and `second` are parallel: one score a question, and a difference is `first - second`. ValueError where
they differ in length or a score is not finite. The same seed gives the same figure.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

_EXACT = 13
"""Up to this many differences all 2^n signs are tried: 8,192, fewer than the usual rounds."""
_CELLS = 1 << 20
"""How many numbers one chunk of rounds may hold: 8 MiB."""


def randomization_test(first: Sequence[float], second: Sequence[float], rounds: int = 10_000, seed: int = 0) -> float:
    """The two-sided p of a mean difference this large if the systems' names were exchanged by chance; 1 of nothing.

    Fisher's randomization test, which Smucker, Allan & Carterette 2007 recommend: signs of the differences are
    flipped at random, and p is (as large + 1) / (rounds + 1). Ties have no sign and are left out; with 13
    differences or fewer all flips are counted and p is exact.
    """
    differences = _differences(first, second)
    differences = differences[differences != 0]
    if not differences.size:
        return 1.0
    # sums that differ only by the order of adding are equal
    bar = abs(differences.sum()) - 1e-12 * np.abs(differences).sum()
    if differences.size <= _EXACT:
        patterns = np.arange(2**differences.size)[:, None] >> np.arange(differences.size) & 1
        return float(np.mean(np.abs(_flipped(differences, patterns)) >= bar))
    generator = np.random.default_rng(seed)
    as_large = sum(
        int(np.sum(np.abs(_flipped(differences, generator.integers(0, 2, (count, differences.size)))) >= bar))
        for count in _chunks(rounds, differences.size)
    )
    return (as_large + 1) / (rounds + 1)


def bootstrap_interval(
    first: Sequence[float], second: Sequence[float], rounds: int = 10_000, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Between which differences the mean difference lies, questions being drawn anew; (0, 0) of nothing.

    The percentile bootstrap (Efron 1979), over questions as Sakai 2006 does.
    """
    differences = _differences(first, second)
    if not differences.size:
        return 0.0, 0.0
    generator = np.random.default_rng(seed)
    means = np.concatenate(
        [
            differences[generator.integers(0, differences.size, (count, differences.size))].mean(axis=1)
            for count in _chunks(rounds, differences.size)
        ]
    )
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values of several tests made at once, adjusted and in their order (Holm 1979).

    Rejecting those at most α keeps the chance of any false rejection at most α.
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def wins_losses_ties(first: Sequence[float], second: Sequence[float]) -> tuple[int, int, int]:
    """On how many questions the first is better, worse and the same."""
    differences = _differences(first, second)
    wins, losses = int(np.sum(differences > 0)), int(np.sum(differences < 0))
    return wins, losses, differences.size - wins - losses


def _differences(first: Sequence[float], second: Sequence[float]) -> _Floats:
    differences = np.array([one - other for one, other in zip(first, second, strict=True)], dtype=np.float64)
    if not np.isfinite(differences).all():
        raise ValueError("a score is not finite and cannot be compared")
    return differences


def _flipped(differences: _Floats, flips: NDArray[np.int64]) -> _Floats:
    """The sum of the differences under each row of flips, where 1 changes a sign."""
    sums: _Floats = differences.sum() - 2 * (flips @ differences)
    return sums


def _chunks(rounds: int, size: int) -> Iterator[int]:
    """Rounds in parts that fit in memory."""
    at_once = max(1, _CELLS // size)
    for done in range(0, rounds, at_once):
        yield min(at_once, rounds - done)
