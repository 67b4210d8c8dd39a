"""Where sentences and paragraphs begin and end, as offsets into the text.

Rules, not a model: they must hold for every language and for broken text, and return offsets. Latin
scripts end a sentence with `.`, `!` or `?` before a space; Chinese, Japanese, Hindi and others have marks
of their own, which need no space after them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PARAGRAPH = re.compile(r"\n[ \t\r\f\v]*\n\s*")
_BLOCK_LINE = re.compile(r"\s*(?:[-*+•] |\d+[.)] |#{1,6} |\||>)")
_WRAPPED_LINE_WIDTH = 45
_LONGEST_WORD = 40
_ITEM_DIGITS = 3
_END = re.compile(
    r"""(?:(?<![.!?…])[.!?…]++["'”’»)\]]*+(?:\[\d+\])*(?=\s)|[。！？।॥؟۔︒]+[”’」』）]*)\s*""",
)
_ABBREVIATIONS = frozenset(
    (
        "mr mrs ms dr prof rev hon st sr jr gen col maj capt lt sgt cmdr adm gov sen rep pres supt jan feb "
        "mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun inc ltd co corp bros dept univ "
        "est assn vs etc e.g i.e cf al fig figs eq no nos vol pp ed eds approx ca mt ft messrs mme mlle"
    ).split()
)
_MAY_END = frozenset("inc ltd co corp bros jr sr etc al".split())


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of string offsets, `start < end`, without white space at either end."""

    start: int
    end: int


def paragraphs(text: str) -> list[Span]:
    """Blocks separated by blank lines, in order."""
    return _between(text, 0, len(text), (m.span() for m in _PARAGRAPH.finditer(text)))


def sentences(text: str) -> list[Span]:
    """Sentences in order; none crosses a paragraph, and together they hold all that is not white space."""
    return [sentence for paragraph in paragraphs(text) for sentence in sentences_of(text, paragraph)]


def sentences_of(text: str, paragraph: Span) -> list[Span]:
    """The sentences of one paragraph."""
    return [
        sentence
        for block in _blocks(text, paragraph)
        for sentence in _between(text, block.start, block.end, _sentence_gaps(text, block))
    ]


def _blocks(text: str, paragraph: Span) -> list[Span]:
    """Lines that stand alone (list items, headings, table rows) are blocks; wrapped prose is joined."""
    gaps = []
    for newline in re.finditer(r"\n\s*", text[paragraph.start : paragraph.end]):
        gap = (paragraph.start + newline.start(), paragraph.start + newline.end())
        line_start = text.rfind("\n", paragraph.start, gap[0]) + 1 or paragraph.start
        line = text[line_start : gap[0]].rstrip()
        heading_or_item = _BLOCK_LINE.match(line) is not None and line.lstrip().startswith(("#", "|"))
        if (
            heading_or_item
            or _BLOCK_LINE.match(text, gap[1], paragraph.end)
            or (len(line) < _WRAPPED_LINE_WIDTH and not text[gap[1] : gap[1] + 1].islower())
        ):
            gaps.append(gap)
    return _between(text, paragraph.start, paragraph.end, iter(gaps))


def _sentence_gaps(text: str, block: Span) -> Iterator[tuple[int, int]]:
    for end in _END.finditer(text, block.start, block.end):
        if end.end() < block.end and _ends_sentence(text, block, end):
            yield end.end() - (len(end.group()) - len(end.group().rstrip())), end.end()


def _ends_sentence(text: str, block: Span, end: re.Match[str]) -> bool:
    """Whether this mark ends a sentence rather than an abbreviation, an initial, a list number or a quoted fragment."""
    following = text[end.end() : end.end() + 40].lstrip("\"'“‘«([")
    if following[:1].islower():
        return False
    if not end.group().startswith(".") or end.group().startswith(".."):
        return True
    if end.start() - block.start <= _ITEM_DIGITS and text[block.start : end.start()].isdigit():
        return False
    before = text[max(block.start, end.start() - _LONGEST_WORD) : end.start()].rsplit(None, 1)
    word = before[-1].lstrip("\"'“‘«([") if before else ""
    if word.lower() in _MAY_END:
        return following[:1].isupper() and not following[:1].isdigit()
    is_initial = re.fullmatch(r"(?:[^\W\d_]\.)*[^\W\d_]", word) is not None and word != "I"
    return not is_initial and word.lower() not in _ABBREVIATIONS


def _between(text: str, start: int, end: int, gaps: Iterator[tuple[int, int]]) -> list[Span]:
    """The stretches between gaps, without the white space at their ends; empty ones are left out."""
    spans = []
    for gap_start, gap_end in (*gaps, (end, end)):
        stretch = text[start:gap_start]
        stripped = stretch.strip()
        if stripped:
            first = start + len(stretch) - len(stretch.lstrip())
            spans.append(Span(first, first + len(stripped)))
        start = gap_end
    return spans
