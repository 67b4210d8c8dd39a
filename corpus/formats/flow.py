"""Extracted strings to citable text: clean lines, paragraphs apart by a blank line, pages by their offsets."""

import re
from collections.abc import Iterable, Sequence

from corpus.metadata import repaired

_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028]")
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\ufeff\ufffe\uffff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_ENDS_SENTENCE = tuple(".!?…:;。！？”\"'’»)")


def clean(text: str) -> str:
    """Without control characters, soft hyphens, spaces at the ends of lines, and more than one blank line."""
    lines = _LINE_BREAKS.sub("\n", repaired(text)).replace("\u2029", "\n\n")
    lines = "\n".join(line.rstrip(" \t\xa0") for line in _NO_TEXT.sub("", lines).split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip()


def flow(blocks: Iterable[str]) -> str:
    """Paragraphs, headings and rows as one text, each apart from the next by a blank line."""
    return "\n\n".join(block for block in map(clean, blocks) if block)


def paged(pages: Iterable[str]) -> tuple[str, tuple[int, ...]]:
    """One text, and the offset at which each page starts: ascending from 0, an empty page where the next one starts.

    A sentence that runs on over the end of a page is not broken by a blank line. Empty pages at the end
    have no offset, since nothing stands on them.
    """
    parts: list[str] = []
    offsets: list[int] = []
    length = 0
    for page in map(clean, pages):
        joint = "" if not page or not parts else "\n" if _runs_on(parts[-1], page) else "\n\n"
        length += len(joint)
        offsets.append(length)
        length += len(page)
        parts += [joint, page] if page else []
    return "".join(parts), tuple(offset for offset in offsets if offset < length)


def row(headers: Sequence[str], cells: Sequence[str]) -> str:
    """A row of a table as a line that can be read by itself: `Header: value; Header: value`."""
    named = zip([*headers, *[""] * (len(cells) - len(headers))], cells, strict=False)
    return "; ".join(f"{header}: {cell}" if header else cell for header, cell in named if cell)


def _runs_on(before: str, after: str) -> bool:
    return not before.endswith(_ENDS_SENTENCE) and after[:1].islower()
