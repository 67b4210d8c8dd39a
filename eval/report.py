"""Saved runs as one page of HTML that stands by itself: figures, curves, the worst questions, how it was made.

Everything in a run is foreign text: the template escapes all of it, and the page forbids itself scripts and any
outside resource. The same runs give the same bytes.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import DataError
from eval.curves import curves
from eval.explain import KINDS, better, explanation, written
from eval.saved import SavedRun
from eval.template import flat, rendered
from eval.worst import STAGES, worst_questions
from index.files import write_file


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it is shown; `share` is the length of its bar, None for no bar."""

    text: str
    share: float | None
    best: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of every run of a group."""

    name: str
    explanation: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A run, a name that no other run of the page has, and the settings in which it differs from its group."""

    label: str
    run: SavedRun
    differs: str


@dataclass(frozen=True, slots=True)
class Group:
    """The runs on one benchmark, which alone can be compared."""

    benchmark: Mapping[str, Any]
    runs: tuple[Labelled, ...]
    rows: tuple[Row, ...]
    charts: tuple[tuple[str, str], ...]


def write_report(runs: Sequence[SavedRun], path: Path) -> None:
    """The page as a file, replaced whole or not at all. Raises DataError if there is no run, or one is damaged."""
    page = report_html(runs).encode("utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, page)
    except OSError as error:
        raise DataError(
            f"{path}: the report cannot be written there ({error.strerror}); choose another place"
        ) from error


def report_html(runs: Sequence[SavedRun]) -> str:
    """The page. Raises DataError if there is no run, or one is damaged."""
    if not runs:
        raise DataError("there is no run to report; give the folder of one that an eval command printed")
    groups = _groups(runs)
    labelled = [each for group in groups for each in group.runs]
    return rendered(
        Path(__file__).with_name("report.html.jinja"),
        groups=groups,
        labelled=labelled,
        worst=[(each.label, worst_questions(each.run)) for each in labelled],
        kinds=KINDS,
        stages=STAGES,
    )


def _groups(runs: Sequence[SavedRun]) -> list[Group]:
    together: dict[str, list[tuple[str, SavedRun]]] = {}
    for label, run in zip(_labels(runs), runs, strict=True):
        together.setdefault(json.dumps(run.manifest["benchmark"], sort_keys=True), []).append((label, run))
    return [_group(number, members) for number, members in enumerate(together.values(), start=1)]


def _group(number: int, members: Sequence[tuple[str, SavedRun]]) -> Group:
    settings = [dict(flat({**run.manifest.get("settings", {})})) for _, run in members]
    names = dict.fromkeys(name for each in settings for name in each)
    differing = [name for name in names if len({each.get(name) for each in settings}) > 1]
    labelled = tuple(
        Labelled(label, run, ", ".join(f"{name} {own.get(name, 'not set')}" for name in differing))
        for (label, run), own in zip(members, settings, strict=True)
    )
    return Group(
        members[0][1].manifest["benchmark"],
        labelled,
        _rows(labelled),
        curves({each.label: each.run for each in labelled}, f"chart{number}"),
    )


def _labels(runs: Sequence[SavedRun]) -> list[str]:
    """Each run's name, numbered where it was met before."""
    labels: list[str] = []
    for run in runs:
        name, number = run.name, 2
        while name in labels:
            name, number = f"{run.name} ({number})", number + 1
        labels.append(name)
    return labels


def _rows(runs: Sequence[Labelled]) -> tuple[Row, ...]:
    names = dict.fromkeys(name for each in runs for name in each.run.figures)
    return tuple(
        Row(name, explanation(name), _cells(name, [each.run.figures.get(name) for each in runs])) for name in names
    )


def _cells(name: str, values: Sequence[float | None]) -> tuple[Cell, ...]:
    """The best is marked where some are worse; what looks the same counts as the same."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    way = better(name)
    differ = way != "neither" and len({written(name, value) for value in known}) > 1
    best = written(name, (min if way == "lower" else max)(known)) if differ else ""
    return tuple(_cell(name, value, best) for value in values)


def _cell(name: str, value: float | None, best: str) -> Cell:
    if value is None or not math.isfinite(value):
        return Cell("–", None, best=False)
    text = written(name, value)
    return Cell(text, value if better(name) == "higher" and 0 <= value <= 1 else None, text == best)
