"""A figure beside the limit that it is held against, because machines differ."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

REPEATS = 20


@dataclass(frozen=True, slots=True)
class Ratio:
    """What was measured and its limit, in the same unit; printed as a line."""

    name: str
    value: float
    limit: str
    limit_value: float
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.value / self.limit_value

    def __str__(self) -> str:
        of = f"{self.ratio:5.2f} × {self.limit} ({self.limit_value:,.0f} {self.unit})"
        return f"{self.name:48} {self.value:9,.0f} {self.unit:3} {of}"


def timed(act: Callable[[], object]) -> float:
    """The median of REPEATS runs after a first one, in milliseconds."""
    act()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)
