"""Passages to findings: the sentences that may answer, and the words in them that do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from corpus.sentences import Span, sentences
from index.embed import Embedder
from rag.echo import Echo
from rag.network import PassageReading
from rag.retrieve import Hit
from rag.who import nobody

MAX_SPAN_TOKENS = 30
SHORTLIST = 20
HOPELESS = 17.0
"""How many sentences are looked at twice, at most, and how far below the best one's their logits may be. Of the 900
answerable questions that `calibrate` asks, the right sentence comes first for 750 with this, 751 with 16 or 18, 753
with 15; the third of the sample's denials of the deal is 16.6 below the first. Of twenty, thirteen are left for an
average question that it asks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that may answer, with offsets into its document.

    `span` are the words in it that answer best; `margin` is their logit over that of "no answer here",
    `answerable` and `relevance` are the logits for the passage, `similarity` is the cosine of question and
    sentence. Higher is better, in all four. `asked` is the question that the text itself puts before the sentence, as a
    heading or an interviewer does; None if there is none.
    """

    hit: Hit
    sentence: Span
    span: Span
    margin: float
    answerable: float
    relevance: float
    similarity: float = 0.0
    asked: Span | None = None

    @property
    def logit(self) -> float:
        """Of the words and of their passage together."""
        return self.margin + self.answerable

    @property
    def short_answer(self) -> str:
        return self.words(self.span)

    @property
    def statement(self) -> str:
        """The sentence with the question that it replies to, if any: a reply does not repeat what was asked."""
        return self.words(Span((self.asked or self.sentence).start, self.sentence.end))

    def words(self, span: Span) -> str:
        """The words of a span inside the passage."""
        passage = self.hit.passage
        return passage.text[span.start - passage.start : span.end - passage.start]


class Reader(Protocol):
    """Reads passages for a question."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Finding]:
        """The sentences that may answer, in no order."""


class SpanReader:
    """Finds answers in what the trained network saw (rag/rerank.py), and has the embedder look at the best again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, hits: Sequence[Hit]) -> list[Finding]:
        """Hits that the network has not seen are passed over."""
        best: dict[tuple[str, int], Finding] = {}
        echo = Echo(question)
        for hit in hits:
            for finding in _findings(echo, hit, hit.reading) if hit.reading else []:
                key = (hit.passage.document_id, finding.sentence.start)
                if key not in best or best[key].margin < finding.margin:  # overlapping passages share sentences
                    best[key] = finding
        return self._compared(question, _shortlist(list(best.values())))

    def _compared(self, question: str, findings: Sequence[Finding]) -> list[Finding]:
        """The findings with the similarity of their sentences."""
        if not findings:
            return []
        vectors = self._embedder.embed_passages([finding.statement for finding in findings])
        similarities = vectors @ self._embedder.embed_query(question)
        return [replace(finding, similarity=float(s)) for finding, s in zip(findings, similarities, strict=True)]


def _shortlist(findings: Sequence[Finding]) -> list[Finding]:
    ordered = sorted(findings, key=lambda finding: -finding.logit)
    return [finding for finding in ordered[:SHORTLIST] if finding.logit > ordered[0].logit - HOPELESS]


def _findings(echo: Echo, hit: Hit, reading: PassageReading) -> list[Finding]:
    passage, found = hit.passage, []
    asked: Span | None = None
    for sentence in sentences(passage.text):
        whole = Span(sentence.start + passage.start, sentence.end + passage.start)
        if echo.is_asking(passage.text[sentence.start : sentence.end]):
            asked = whole
        elif best := _best_words(echo, passage.text, sentence, reading):
            words, margin = best
            span = Span(words.start + passage.start, words.end + passage.start)
            found.append(Finding(hit, whole, span, margin, reading.answerable, reading.relevance, asked=asked))
            asked = None
    return found


def _best_words(echo: Echo, text: str, sentence: Span, reading: PassageReading) -> tuple[Span, float] | None:
    """(the words of a sentence that answer best, their margin); None if it has none that say more than the question."""
    offsets = reading.offsets
    inside = (offsets[:, 0] >= sentence.start) & (offsets[:, 1] <= sentence.end) & (offsets[:, 1] > offsets[:, 0])
    tokens = np.flatnonzero(inside)
    if not len(tokens):
        return None
    starts, ends, offsets = reading.starts[tokens], reading.ends[tokens], offsets[tokens]
    barred = np.zeros(len(tokens), dtype=bool)
    for words in nobody(echo.question, text[sentence.start : sentence.end]):
        barred |= (offsets[:, 0] < sentence.start + words.end) & (offsets[:, 1] > sentence.start + words.start)
    if barred.all():
        return None
    first, last, margin = _best_span(starts, ends, ~barred, barred)
    if echo.is_all_of(text[offsets[first, 0] : offsets[last, 1]]):
        others = echo.other_words(text[sentence.start : sentence.end])
        begins = {sentence.start + word.start for word in others}
        telling = np.isin(offsets[:, 0], list(begins))
        if not (telling & ~barred).any():
            return None
        first, last, margin = _best_span(starts, ends, telling, barred)
    return _trimmed(text, int(offsets[first, 0]), int(offsets[last, 1]), sentence.end), margin


def _best_span(starts: np.ndarray, ends: np.ndarray, telling: np.ndarray, barred: np.ndarray) -> tuple[int, int, float]:
    """(first token, last token, score) of the best span of at most MAX_SPAN_TOKENS: one telling token or more, none
    barred."""
    scores = starts[:, None] + ends[None, :]
    ordered = np.triu(np.ones_like(scores, dtype=bool)) & ~np.triu(np.ones_like(scores, dtype=bool), MAX_SPAN_TOKENS)
    scores = np.where(ordered & _held(telling) & ~_held(barred), scores, -np.inf)
    first, last = divmod(int(scores.argmax()), len(ends))
    return first, last, float(scores[first, last])


def _held(tokens: np.ndarray) -> np.ndarray:
    """Whether the span from the first to the last token holds one of these: by first and last."""
    until = np.cumsum(tokens)
    held: np.ndarray = until[None, :] > (until - tokens)[:, None]
    return held


def _trimmed(text: str, start: int, end: int, until: int) -> Span:
    """Without marks that belong to the sentence and not to the answer; with the next, before `until`, if it closes what
    the words open."""
    while end - start > 1 and text[end - 1] in " ,;:—-":
        end -= 1
    while end - start > 1 and text[start] in " ,;:—-":
        start += 1
    for left, right in (("“", "”"), ('"', '"'), ("(", ")")):
        if text[start] == left and right not in text[start + 1 : end] and end - start > 1:
            start += 1
        if text[end - 1] == right and left not in text[start : end - 1] and end - start > 1:
            end -= 1
        words = text[start:end]
        opened = words.count(left) % 2 if left == right else words.count(left) > words.count(right)
        if opened and text[end:until].startswith(right):
            end += 1
    if text[end - 1] in ".!?" and end - start > 1 and not text[start:end].rstrip(".").rsplit(" ", 1)[-1].isupper():
        end -= 1
    return Span(start, end)
