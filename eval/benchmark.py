"""What a benchmark is, whatever files it came from: documents, questions, and what is known to be right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from corpus.document import Document


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of a document that proves an answer: `document.text[start:end]`."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known of its answer; what is not known is empty (`answerable`: None).

    `kind` groups questions in reports. `history` are the questions asked before, oldest first, and `rewrite`
    is the question as a person made it stand alone. Every entry of `answers` is a fact that a right answer
    holds, in one of its spellings. `relevant` grades documents by id; `evidence` are the spans that prove
    the answer; `facts` are texts that make any passage a hit that holds one. `given` is the document that
    the question is asked of, where a benchmark says so.
    """

    id: str
    text: str
    kind: str = ""
    history: tuple[str, ...] = ()
    rewrite: str = ""
    answers: tuple[tuple[str, ...], ...] = ()
    answerable: bool | None = None
    relevant: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    evidence: tuple[Evidence, ...] = ()
    facts: tuple[str, ...] = ()
    given: str = ""

    @property
    def judged(self) -> Mapping[str, int]:
        """Graded documents: those given as relevant, else those that hold the evidence."""
        return self.relevant or {each.document_id: 1 for each in self.evidence}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Documents and questions, and the SHA-256 of every file that they were read from, by the file's name."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    hashes: Mapping[str, str]
