"""The curves of saved runs, with how to read them."""

from collections.abc import Callable, Mapping
from threading import Lock

from eval.charts import Points, latency_chart, recall_by_depth_chart, reliability_chart, risk_coverage_chart
from eval.saved import SavedRun

_DRAWING = Lock()
"""matplotlib's settings are the process's: two threads that draw would change each other's."""
CURVES: dict[str, tuple[Callable[[Mapping[str, Points], str], str], str]] = {
    "recall by depth": (
        recall_by_depth_chart,
        "Of the documents that should be found, the share that stands among the first 1, 2, 5 … results. A steep start "
        "is good: what is wanted comes early. Where the line ends below 100\u00a0%, the rest was not found that deep.",
    ),
    "risk–coverage": (
        risk_coverage_chart,
        "The surest answers come first, on the left; to the right less sure ones are given too. Lower is better: fewer "
        "of them are wrong. The right end is what would happen if nothing were refused.",
    ),
    "reliability": (
        reliability_chart,
        "Answers grouped by how sure the assistant said it was; larger dots are more questions. On the dashed line its "
        "confidence is true; below it, it is too sure; above it, too modest.",
    ),
}
TIMES = (
    "Each bar spans nine of ten questions, its thick part half of them. The mark inside is the median, the one at the "
    "end the time that 95 of 100 questions stay within. The axis is logarithmic. Times depend on the machine."
)


def curves(runs: Mapping[str, SavedRun], prefix: str) -> tuple[tuple[str, str], ...]:
    """(SVG, how to read it) of every curve that some run has, and of the times; `runs` are by how they are called.

    `prefix` begins every id in the SVGs. Raises DataError if a run's times cannot be read.
    """
    timings = {label: run.timings() for label, run in runs.items()}
    timed = {label: stages for label, stages in timings.items() if any(stages.values())}
    charts: list[tuple[str, str]] = []
    with _DRAWING:
        for name, (draw, caption) in CURVES.items():
            points = {label: run.curves[name] for label, run in runs.items() if run.curves.get(name)}
            if points:
                charts.append((draw(points, f"{prefix}-{len(charts)}"), caption))
        if timed:
            charts.append((latency_chart(timed, f"{prefix}-{len(charts)}"), TIMES))
    return tuple(charts)
