"""The curves of a report, as inline SVG: takes plain numbers, knows no runs. The only module that imports matplotlib.

A chart draws several runs, by name, in the order given. Its `prefix` begins every id in it and must differ between
the charts of one page.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.svg import INK, WIDTH, Names, Words, colour, cut, dashes, inline_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Points = Sequence[Sequence[float]]
Timings = Mapping[str, Sequence[float]]

HEIGHT = 300
MOST_POINTS = 300
DEPTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
FASTEST = 0.1
"""Milliseconds; what took less is drawn there, for a logarithmic axis has no zero."""


def risk_coverage_chart(runs: Mapping[str, Points], prefix: str = "risk-coverage") -> str:
    """Points are (coverage, risk), both between 0 and 1."""
    words = Words("Wrong answers, as more are given", "share of questions answered", "share of those answered wrongly")
    figure, axes = _canvas(words)
    for number, points in enumerate(runs.values()):
        coverage, risk = _columns(_thinned(points), 2)
        _line(axes, number, (coverage, risk))
        if len(runs) == 1:
            axes.fill_between(coverage, risk, color=colour(number), alpha=0.12, linewidth=0)
    highest = max((point[1] for points in runs.values() for point in points), default=0.0)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, min(1.0, max(0.1, highest * 1.15)))
    _percent(axes, "x", "y")
    return _svg(figure, words, Names(prefix, tuple(runs)))


def reliability_chart(runs: Mapping[str, Points], prefix: str = "reliability") -> str:
    """Points are (mean confidence, share right, questions); a dot's area is in proportion to its questions."""
    words = Words("As sure as it is right?", "confidence", "share right")
    figure, axes = _canvas(words)
    axes.plot((0, 1), (0, 1), color=INK, alpha=0.45, linewidth=1, dashes=(4, 3))
    most = max((point[2] for points in runs.values() for point in points), default=1) or 1
    for number, points in enumerate(runs.values()):
        confidence, right, questions = _columns(sorted(points, key=tuple), 3)
        areas = 14 + 240 * questions / most
        axes.plot(confidence, right, color=colour(number), linewidth=1, alpha=0.6)
        axes.scatter(confidence, right, areas, color=colour(number), alpha=0.75, linewidths=0, clip_on=False, zorder=3)
        for x, y, area, count in zip(confidence, right, areas, questions, strict=True) if len(runs) == 1 else ():
            _note(axes, (x, y), area**0.5 / 2 + 7, f"{count:,.0f}")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    _percent(axes, "x", "y")
    return _svg(figure, words, Names(prefix, tuple(runs)))


def recall_by_depth_chart(runs: Mapping[str, Points], prefix: str = "recall-by-depth") -> str:
    """Points are (k, recall), k from 1, recall between 0 and 1; the depth's axis is logarithmic."""
    words = Words("Found, as one looks deeper", "how many of the first results", "share of the wanted among them")
    figure, axes = _canvas(words)
    for number, points in enumerate(runs.values()):
        depth, recall = _columns(sorted(points, key=tuple), 2)
        _line(axes, number, (depth, recall))
        axes.scatter(depth, recall, 18, color=colour(number), linewidths=0, clip_on=False, zorder=3)
    deepest = max((point[0] for points in runs.values() for point in points), default=1)
    ticks = [depth for depth in DEPTHS if depth <= deepest]
    axes.set_xscale("log")
    axes.set_xlim(1, max(deepest, 2))
    axes.set_xticks(ticks, [f"{depth:,}" for depth in ticks])
    axes.minorticks_off()
    axes.set_ylim(0, 1)
    _percent(axes, "y")
    return _svg(figure, words, Names(prefix, tuple(runs)))


def latency_chart(runs: Mapping[str, Timings], prefix: str = "latency") -> str:
    """Milliseconds by stage. A bar spans nine of ten questions, its thick part half of them; p50 and p95 are marked."""
    words = Words("How long each stage takes", "milliseconds a question")
    stages = dict.fromkeys(stage for timings in runs.values() for stage in timings)
    numbered = list(enumerate(runs.values()))
    bars = [(stage, number, timings[stage]) for stage in stages for number, timings in numbered if timings.get(stage)]
    stand_ins = {stage: f"stage{place}" for place, stage in enumerate(dict.fromkeys(stage for stage, _, _ in bars))}
    longest = max((len(cut(stage, 20)) for stage in stand_ins), default=0)
    height = 94 + round((24 if len(runs) == 1 else 18) * max(len(bars), 3))
    figure, axes = _canvas(words, (height, 14 + 8 * longest, 124))
    rows = [row + 0.6 * list(stand_ins).index(bar[0]) * (len(runs) > 1) for row, bar in enumerate(bars)]
    for row, (_, number, milliseconds) in zip(rows, bars, strict=True):
        _bar(axes, row, number, milliseconds)
    middles = [np.mean([row for row, bar in zip(rows, bars, strict=True) if bar[0] == stage]) for stage in stand_ins]
    axes.set_yticks(middles, list(stand_ins.values()))
    axes.set_ylim(max(rows, default=0) + 0.6, -0.6)
    _powers_of_ten(axes, [value for _, _, milliseconds in bars for value in milliseconds])
    _beside(axes, (1.0, 1.0), "50 % · 95 % within", up=9)
    names = Names(prefix, tuple(runs), {text: cut(stage, 20) for stage, text in stand_ins.items()})
    return _svg(figure, words, names)


def _canvas(words: Words, size: tuple[int, int, int] = (HEIGHT, 50, 20)) -> "tuple[Figure, Axes]":
    """A figure and its axes; `size` is the height, and the margins left and right, in SVG units."""
    from matplotlib.figure import Figure

    height, left, right = size
    top, bottom = 56, 46
    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
    inside = (WIDTH - left - right, height - top - bottom)
    axes = figure.add_axes((left / WIDTH, bottom / height, inside[0] / WIDTH, inside[1] / height))
    figure.text(0, 1 - 16 / height, words.title, fontsize=15, fontweight="bold", color=INK)
    figure.text(0, 1 - 38 / height, words.up, fontsize=12.5, color=INK, alpha=0.8)
    axes.set_xlabel(words.across, fontsize=12.5, color=INK, alpha=0.8, labelpad=6)
    axes.tick_params(length=0, pad=6, labelsize=12.5, labelcolor=INK)
    axes.grid(True, color=INK, alpha=0.13, linewidth=0.8)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set(color=INK, alpha=0.5)
    return figure, axes


def _svg(figure: "Figure", words: Words, names: Names) -> str:
    """The same figure gives the same bytes: ids are hashes with a fixed salt, and no date is written."""
    from matplotlib import rc_context

    drawn = io.StringIO()
    with rc_context({"svg.hashsalt": "verbatim", "svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    return inline_svg(drawn.getvalue(), round(figure.get_figheight() * 72), words, names)


def _line(axes: "Axes", number: int, points: tuple[Any, Any]) -> None:
    (line,) = axes.plot(*points, color=colour(number), linewidth=2)
    if dashes(number):
        line.set_dashes(dashes(number))


def _note(axes: "Axes", at: tuple[float, float], distance: float, text: str) -> None:
    """A small text above a point, or below one that lies near the top."""
    place = (0, -distance if at[1] > 0.85 else distance)
    axes.annotate(
        text, at, place, textcoords="offset points", ha="center", va="center", fontsize=11, color=INK, alpha=0.8
    )


def _bar(axes: "Axes", row: float, number: int, milliseconds: Sequence[float]) -> None:
    low, quarter, half, upper, high = (float(each) for each in np.percentile(milliseconds, (5, 25, 50, 75, 95)))
    for ends, width, alpha in (((low, high), 4, 0.35), ((quarter, upper), 10, 0.55)):
        drawn = [max(end, FASTEST) for end in ends]
        axes.plot(drawn, (row, row), color=colour(number), linewidth=width, alpha=alpha, solid_capstyle="butt")
    for value, ink in ((half, INK), (high, colour(number))):
        axes.plot(max(value, FASTEST), row, "|", color=ink, markersize=13, markeredgewidth=2.2, clip_on=False)
    _beside(axes, (1.0, row), f"{_duration(half)} · {_duration(high)}")


def _beside(axes: "Axes", at: tuple[float, float], text: str, up: float = 0) -> None:
    """A text right of the axes, at a height in the axes' own units, or above them."""
    where = ("axes fraction", "axes fraction" if up else "data")
    axes.annotate(text, at, (10, up), where, "offset points", va="center_baseline", fontsize=11.5, color=INK, alpha=0.8)


def _powers_of_ten(axes: "Axes", milliseconds: Iterable[float]) -> None:
    """A logarithmic axis from the power of ten below the values to the one above."""
    shown = [max(each, FASTEST) for each in milliseconds] or [1.0]
    first, last = int(np.floor(np.log10(min(shown)))), int(np.ceil(np.log10(max(shown))))
    ticks = [10.0**power for power in range(first, max(last, first + 1) + 1)]
    axes.set_xscale("log")
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_xticks(ticks, [f"{tick:,g}" for tick in ticks])
    axes.minorticks_off()
    axes.grid(False, axis="y")


def _percent(axes: "Axes", *which: str) -> None:
    from matplotlib.ticker import PercentFormatter

    for name in which:
        {"x": axes.xaxis, "y": axes.yaxis}[name].set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))


def _thinned(points: Points) -> Points:
    """About MOST_POINTS of them, evenly, with the first and the last."""
    step = max(1, len(points) // MOST_POINTS)
    return [*points[::step], *points[-1:]] if step > 1 else points


def _columns(points: Points, width: int) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Points turned to coordinates, one row each; no points give empty rows."""
    return np.array(points, dtype=np.float64).reshape(-1, width).T


def _duration(milliseconds: float) -> str:
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"
