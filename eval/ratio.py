"""A figure beside the limit that it is held against, because machines differ."""

from dataclasses import dataclass


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
