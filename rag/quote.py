"""How much around a sentence must be quoted so that it can be understood alone."""

import re
from collections.abc import Sequence

from corpus.document import Passage
from corpus.sentences import Span, sentences

_NEEDS_PREVIOUS = re.compile(
    r"(?:He|She|They|It|His|Her|Their|Its|This|These|Those"
    r"|(?:But|And|So) (?:he|she|they|it|his|her|their|its|this|these|those))\b"
)
_LONGEST = 3


def whole_quote(passage: Passage, sentence: Span) -> Span:
    """The sentence with what it leans on, within the passage; offsets are the document's.

    A quotation that runs over several sentences is kept whole, and a sentence that starts with a pronoun or
    is nothing but a quotation brings the one before it along.
    """
    found = [Span(s.start + passage.start, s.end + passage.start) for s in sentences(passage.text)]
    at = next((i for i, each in enumerate(found) if each == sentence), None)
    if at is None:
        return sentence
    first, last = _quotation(passage, found, at)
    text = _text(passage, Span(found[first].start, found[last].end))
    bare_quotation = text[:1] in '“"' and text[-1:] in '”"'
    if first and first > at - _LONGEST and (_NEEDS_PREVIOUS.match(text) or bare_quotation):
        first -= 1
    return Span(found[first].start, found[last].end)


def merged(passage: Passage, quotes: Sequence[Span]) -> list[Span]:
    """Quotes of one passage, in order, with those that overlap or follow each other in a paragraph made one."""
    ordered = sorted(quotes, key=lambda quote: quote.start)
    joined: list[Span] = []
    for quote in ordered:
        if joined and not _text(passage, Span(min(joined[-1].end, quote.start), quote.start)).strip(" "):
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, quote.end))
        else:
            joined.append(quote)
    return joined


def _quotation(passage: Passage, found: Sequence[Span], at: int) -> tuple[int, int]:
    """First and last sentence of the quotation that the sentence is part of; itself if there is none."""
    balance = [_text(passage, span).count("“") - _text(passage, span).count("”") for span in found]
    for first in range(at, max(at - _LONGEST, -1), -1):
        for last in range(at, min(first + _LONGEST, len(found))):
            if balance[first] > 0 and sum(balance[first : last + 1]) == 0:
                return first, last
    return at, at


def _text(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]
