"""Tables to lines that can be read by themselves, whatever format the table came in."""

import re
from collections.abc import Iterable, Iterator, Sequence

from corpus.formats.flow import row

_YEAR = re.compile(r"(?:19|20)\d\d")


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Each row that holds something as `Header: value; Header: value`, or as `value; value` under no headers.

    The first row with several cells names the columns if all of its cells are words, and no two alike.
    Rows above it, such as a title, are lines of their own; so is a row of headers with nothing below.
    """
    headers: Sequence[str] | None = None
    is_used = False
    for cells in rows:
        filled = sum(map(bool, cells))
        if headers is None and filled > 1:
            headers = cells if _are_headers(cells) else ()
            if headers:
                continue
        if filled:
            is_used = headers is not None
            yield row(headers or (), cells)
    if headers and not is_used:
        yield row((), headers)


def _are_headers(cells: Sequence[str]) -> bool:
    named = [cell for cell in cells if cell]
    words = [cell for cell in named if not _is_value(cell)]
    return (
        len(set(named)) == len(named) and bool(words) and all(cell in words or _YEAR.fullmatch(cell) for cell in named)
    )


def _is_value(cell: str) -> bool:
    """A number, an amount or a date rather than words."""
    return sum(character.isdigit() for character in cell) * 2 >= len(cell)
