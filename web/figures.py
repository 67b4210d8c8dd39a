"""A saved run's figures and curves as HTML, and how it was made."""

import math
from dataclasses import dataclass
from pathlib import Path

from eval.curves import curves
from eval.explain import KINDS, better, written
from eval.saved import SavedRun
from eval.show import changed_settings
from eval.template import rendered

TEMPLATE = Path(__file__).with_name("figures.html.jinja")


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
    return rendered(TEMPLATE, run=run, kinds=KINDS, changed=changed, rows=rows, charts=curves({run.name: run}, "curve"))


def _row(name: str, value: float) -> Row:
    return Row(name, written(name, value), value if better(name) == "higher" and 0 <= value <= 1 else None)
