"""Findings to the words of an answer: which sentences, in which order, quoted whole and numbered."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.document import Document, Passage
from corpus.sentences import Span
from rag.answer import Citation, cite
from rag.confidence import Judged
from rag.quote import merged, whole_quote

MAX_SENTENCES = 4
COMPANY = 0.6
"""A further sentence is quoted if it is at least this likely, relative to the best: `python -m eval gold`."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The text with its `[1]` marks, and the citations that they number."""

    text: str
    citations: tuple[Citation, ...]


def compose(judged: Sequence[Judged], threshold: float, document_of: Callable[[str], Document | None]) -> Composed:
    """The best finding's sentence first, then others about as likely; nothing if no document holds them."""
    chosen = _chosen(judged, threshold)
    citations: list[Citation] = []
    for passage, quotes in _by_passage(chosen):
        document = document_of(passage.document_id)
        for quote in merged(passage, quotes):
            citation = cite(len(citations) + 1, document, passage, quote) if document else None
            if citation and citation.quote not in {c.quote for c in citations}:
                citations.append(citation)
    return Composed(" ".join(f"{c.quote} [{c.number}]" for c in citations), tuple(citations))


def _chosen(judged: Sequence[Judged], threshold: float) -> list[Judged]:
    """The likeliest finding and its company, likeliest first, without sentences that stand twice."""
    chosen: list[Judged] = []
    said: set[str] = set()
    for each in judged:
        words = _plain(each.finding.words(each.finding.sentence))
        likely = not chosen or each.probability >= max(threshold, COMPANY * chosen[0].probability)
        if likely and words not in said and len(chosen) < MAX_SENTENCES:
            chosen.append(each)
            said.add(words)
    return chosen


def _by_passage(chosen: Sequence[Judged]) -> list[tuple[Passage, list[Span]]]:
    """Whole quotes by passage, passages in the order of their likeliest finding."""
    quotes: dict[Passage, list[Span]] = {}
    for each in chosen:
        passage = each.finding.hit.passage
        quotes.setdefault(passage, []).append(whole_quote(passage, each.finding.sentence))
    return list(quotes.items())


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
