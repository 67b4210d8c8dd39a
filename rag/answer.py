"""What an answer is, the same from every surface: words, citations that are checked, hits, confidence."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from corpus.document import Document, Passage
from corpus.sentences import Span
from index.where import ANYWHERE, Where
from rag.retrieve import Hit


@dataclass(frozen=True, slots=True)
class Citation:
    """Points at words that exist: `document.text[quote_start:quote_end] == quote`. Made by `cite` only."""

    number: int
    passage: Passage
    quote_start: int
    quote_end: int
    title: str
    source: str
    page: int | None
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def quote(self) -> str:
        return self.passage.text[self.quote_start - self.passage.start : self.quote_end - self.passage.start]

    def to_json(self) -> dict[str, object]:
        """As the contract of commands and HTTP has it."""
        return {
            "number": self.number,
            "document_id": self.passage.document_id,
            "title": self.title,
            "source": self.source,
            "page": self.page,
            "metadata": dict(self.metadata),
            "start": self.passage.start,
            "end": self.passage.end,
            "quote_start": self.quote_start,
            "quote_end": self.quote_end,
            "quote": self.quote,
            "passage": self.passage.text,
        }


def cite(number: int, document: Document, passage: Passage, quote: Span) -> Citation | None:
    """A citation of the quote, or None if the document does not say these words there (any more)."""
    inside = passage.start <= quote.start < quote.end <= passage.end
    if not inside or document.text[passage.start : passage.end] != passage.text:
        return None
    page = bisect_right(document.pages, quote.start) or None
    return Citation(number, passage, quote.start, quote.end, document.title, document.source, page, document.metadata)


@dataclass(frozen=True, slots=True)
class Draft:
    """The text with its `[1]` marks, the citations that they number, and the short answer if there is one.

    `note` is what is ours in the text, after the quotes: that documents contradict each other.
    """

    text: str
    citations: tuple[Citation, ...]
    short_answer: str | None
    note: str = ""


NOTHING = Draft("", (), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or an abstention: then there are no citations and no short answer, and `text` says so.

    `confidence` is the calibrated probability that the answer is right, comparable between questions. `draft` is
    what was found, said or not: evaluation asks it how often a refusal was needless. `where` limits what was read.
    """

    question: str
    standalone_question: str
    text: str
    short_answer: str | None
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float
    timings_ms: Mapping[str, float]
    draft: Draft = NOTHING
    where: Where = ANYWHERE

    @property
    def abstained(self) -> bool:
        return not self.citations

    @property
    def note(self) -> str:
        """What the text says after its quotes; "" where it says nothing more."""
        return "" if self.abstained else self.draft.note

    def to_json(self) -> dict[str, object]:
        """As the contract of commands and HTTP has it."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answer": self.text,
            "short_answer": self.short_answer,
            "abstained": self.abstained,
            "confidence": round(self.confidence, 4),
            "citations": [citation.to_json() for citation in self.citations],
            "hits": [hit_json(hit) for hit in self.hits],
            "timings_ms": {stage: round(value, 1) for stage, value in self.timings_ms.items()},
        }


def hit_json(hit: Hit) -> dict[str, object]:
    return {
        "document_id": hit.passage.document_id,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "score": round(hit.score, 6),
        "ranks": dict(hit.ranks),
        "text": hit.passage.text,
    }
