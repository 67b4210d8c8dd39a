"""A saved run's figures and curves as HTML, and how it was made."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from eval.charts import Points, latency_chart, recall_by_depth_chart, reliability_chart, risk_coverage_chart
from eval.explain import KINDS, better, written
from eval.saved import SavedRun
from web.choices import changed_settings
from web.template import rendered

_DRAWING = Lock()
"""matplotlib's settings are the process's: two threads that draw would change each other's."""
_CURVES: dict[str, tuple[Callable[[dict[str, Points], str], str], str]] = {
    "recall by depth": (
        recall_by_depth_chart,
        "A steep start is good: what is wanted comes early. Where the line ends below 100\u00a0%, the rest was not "
        "found that deep.",
    ),
    "risk–coverage": (
        risk_coverage_chart,
        "The surest answers come first, on the left. Lower is better: fewer of them are wrong. The right end is what "
        "would happen if nothing were refused.",
    ),
    "reliability": (
        reliability_chart,
        "Larger dots are more questions. On the dashed line the confidence is true; below it, it is too sure; above "
        "it, too modest.",
    ),
}
_TIMES = "Each bar spans nine of ten questions, its thick part half of them. Times depend on the machine."


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as it is shown; `share` is the length of its bar, None for no bar."""

    name: str
    text: str
    share: float | None


def figures_html(run: SavedRun) -> str:
    """Raises DataError if the run's times cannot be read."""
    changed = changed_settings(run.manifest)
    rows = [_row(name, value) for name, value in run.figures.items() if math.isfinite(value)]
    return rendered("figures", run=run, kinds=KINDS, changed=changed, rows=rows, charts=_charts(run))


def _row(name: str, value: float) -> Row:
    return Row(name, written(name, value), value if better(name) == "higher" and 0 <= value <= 1 else None)


def _charts(run: SavedRun) -> list[tuple[str, str]]:
    """(SVG, how to read it) of every curve that the run has, and of its times."""
    curves, timings = run.curves, run.timings()
    with _DRAWING:
        charts = [
            (draw({run.name: curves[name]}, f"curve-{number}"), caption)
            for number, (name, (draw, caption)) in enumerate(_CURVES.items())
            if curves.get(name)
        ]
        if any(timings.values()):
            charts.append((latency_chart({run.name: timings}, "curve-times"), _TIMES))
    return charts
