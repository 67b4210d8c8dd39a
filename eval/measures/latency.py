"""How long answers take, told so that the slow ones show."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all values does not exceed; None of no values.

    The nearest-rank percentile (Hyndman & Fan 1996, definition 1): always a value that was measured, nothing
    is interpolated. Raises ValueError unless 0 ≤ share ≤ 1; share 0 is the smallest value.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is not a share between 0 and 1")
    # rounded, because 0.07 * 100 is a little more than 7 and would be the eighth
    rank = max(1, math.ceil(round(share * len(values), 9)))
    return sorted(values)[rank - 1] if values else None


def summary(milliseconds: Sequence[float]) -> dict[str, float]:
    """`p50` and `p95`, in milliseconds; nothing of nothing."""
    found = {"p50": percentile(milliseconds, 0.5), "p95": percentile(milliseconds, 0.95)}
    return {name: value for name, value in found.items() if value is not None}
