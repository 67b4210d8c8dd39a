"""A drawn figure made fit to stand in a page: knows SVG and the page's colours, no numbers and no matplotlib.

Colours are the page's: what is drawn in INK becomes `currentColor`, and each run's colour a variable `--series-N`, so
that light and dark both work. Names are foreign texts: the figure is laid out with stand-ins for them, and they are
written in afterwards, escaped.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, ROW = 440, 18
INK = "#0a0b0c"
COLOURS = ("#c2410c", "#2563eb", "#0f766e", "#9333ea", "#b45309", "#475569")
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1.5, 1.5), (7, 2, 1.5, 2))


@dataclass(frozen=True, slots=True)
class Words:
    """What a chart says: its title and its axes' labels."""

    title: str
    across: str
    up: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What the page gives: what every id begins with, the runs' names, and other foreign texts by their stand-ins."""

    prefix: str
    runs: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict)


def inline_svg(drawn: str, height: int, words: Words, names: Names) -> str:
    """matplotlib's SVG without prologue, metadata, fonts and style sheet; with a legend if there are several runs."""
    body = drawn[drawn.index("<g ") : drawn.rindex("</svg>")]
    body = re.sub(r" font-family: [^;]*;", "", body.replace("xlink:href", "href"))
    body = _own_ids(body, names.prefix)
    body = re.sub("#0a00([0-9a-f]{2})", lambda found: _variable(int(found[1], 16)), body).replace(INK, "currentColor")
    for stand_in, name in names.texts.items():
        body = body.replace(f">{stand_in}<", f">{escape(name)}<")
    several = names.runs if len(names.runs) > 1 else ()
    below = ROW * len(several) + 6 if several else 0
    label = f"{words.title}. Across: {words.across}." + (f" Upwards: {words.up}." if words.up else "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {WIDTH} {height + below}" font-family="system-ui, sans-serif" stroke-linejoin="round">'
        f"<title>{escape(words.title)}</title>\n{body}{_legend(several, height)}</svg>"
    )


def colour(number: int) -> str:
    """What run `number` is drawn in; the page's colour is put in its place."""
    return f"#0a00{number % len(COLOURS):02x}"


def dashes(number: int) -> tuple[float, ...]:
    """Lengths on and off, in line widths, so that runs differ without colour too; none for a solid line."""
    return DASHES[number % len(DASHES)]


def cut(text: str, most: int) -> str:
    """At most so many characters, the last an ellipsis if there were more."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _own_ids(body: str, prefix: str) -> str:
    """Ids that nothing points to go; the others are the page's only ones."""
    needed = set(re.findall(r'(?:url\(|href=")#([^")]+)', body))
    body = re.sub(r' id="([^"]*)"', lambda found: f' id="{prefix}-{found[1]}"' if found[1] in needed else "", body)
    return re.sub(r'(url\(|href=")#', rf"\1#{prefix}-", body)


def _legend(names: Sequence[str], top: int) -> str:
    rows = []
    for number, name in enumerate(names):
        y, pattern = top + 10 + ROW * number, " ".join(f"{2 * each:g}" for each in dashes(number))
        line = f"stroke: {_variable(number % len(COLOURS))}; stroke-width: 2.5; stroke-dasharray: {pattern or 'none'}"
        words = escape(cut(name, 52))
        rows.append(f'<path d="M 4 {y} H 34" style="{line}"/>')
        rows.append(f'<text x="42" y="{y + 4}" style="font-size: 12.5px; fill: currentColor">{words}</text>')
    return "\n".join(rows)


def _variable(number: int) -> str:
    return f"var(--series-{number + 1}, {COLOURS[number]})"
