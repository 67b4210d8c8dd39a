"""What stands at the edge of page after page and is no part of the text: running heads, footers, page numbers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

_EDGE_LINES = 3
_LEAST_PAGES = 3
_LEAST_SHARE = 0.4  # heads of left and right pages differ
_NUMBER = re.compile(r"\d{1,6}")
_FRONT_MATTER = 60  # pages before the one that is called 1; a number ahead of its page is no page's, but a document's


def without_furniture(pages: Sequence[str]) -> list[str]:
    """The pages without what repeats at their top or bottom, but for where it stands first.

    Lines repeat if they are the same, or differ only in the page's number. A page of nothing else is left as it is.
    """
    split = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    tops = [lines[:_EDGE_LINES] for lines in split]
    bottoms = [lines[: -_EDGE_LINES - 1 : -1] for lines in split]
    least = max(_LEAST_PAGES, _LEAST_SHARE * sum(map(bool, split)))
    cut = zip(pages, _repeated(tops, least), _repeated(bottoms, least), strict=True)
    return [_trimmed(page, top, bottom) for page, top, bottom in cut]


def _repeated(edges: Sequence[Sequence[str]], least: float) -> Iterator[int]:
    """How many lines of each edge, from the outside, stand on at least so many pages, and on one before this."""
    forms = [[_forms(line, page) for line in edge] for page, edge in enumerate(edges)]
    counts = Counter(form for edge in forms for form in {form for line in edge for form in line})
    seen: set[str] = set()
    for edge in forms:
        found = [{form for form in line if counts[form] >= least} for line in edge]
        yield next((place for place, line in enumerate(found) if not line & seen), len(found))
        seen = seen.union(*found)


def _forms(line: str, page: int) -> set[str]:
    """The line as it is, and with its first or last number as the distance from the page's, if it may be that."""
    numbers = list(_NUMBER.finditer(line))
    ends = (each for each in (*numbers[:1], *numbers[-1:]) if -_FRONT_MATTER <= int(each[0]) - page <= 1)
    return {line, *(f"{line[: n.start()]}\0{int(n[0]) - page}\0{line[n.end() :]}" for n in ends)}


def _trimmed(page: str, top: int, bottom: int) -> str:
    lines = page.split("\n")
    filled = [place for place, line in enumerate(lines) if line.strip()]
    if top + bottom >= len(filled):
        return page
    return "\n".join(lines[filled[top] : filled[len(filled) - bottom - 1] + 1])
