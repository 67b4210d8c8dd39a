"""What comes back over HTTP, field by field, with units: the shapes that /openapi.json documents.

Answers are written by `rag/answer.py`, not by these; a test holds the two together.
"""

from pydantic import BaseModel, ConfigDict, Field

from web.problem import FAULTS, KINDS, PREFIX

OFFSETS = "Offsets count Unicode code points of the document's text, from 0; an end is exclusive."


class Reply(BaseModel):
    """Nothing comes back that is not documented."""

    model_config = ConfigDict(extra="forbid")


class HitReply(Reply):
    """A passage that bears on the question."""

    document_id: str = Field(description="The document's path below the corpus folder.")
    start: int = Field(ge=0, description=f"Where the passage begins. {OFFSETS}")
    end: int = Field(ge=0, description=f"Where it ends. {OFFSETS}")
    score: float = Field(description="Higher is better; comparable within one list only.")
    ranks: dict[str, int] = Field(
        description="Where each search put it, from 1: `dense`, `lexical`, `document`; `fused` is the place they gave "
        "it together, `rerank` the one after reading."
    )
    text: str = Field(description="The passage's words: the document's text from `start` to `end`.")


class CitationReply(Reply):
    """Words that the answer quotes, and where they stand."""

    number: int = Field(ge=1, description="The answer's text refers to it as `[number]`.")
    document_id: str = Field(description="The document's path below the corpus folder.")
    title: str = Field(description="The document's title.")
    source: str = Field(description="Where the document came from: an address, a publisher, or its id.")
    page: int | None = Field(description="The page of the quote, from 1; null for formats without pages.")
    metadata: dict[str, str] = Field(description="What the document says about itself, such as author and date.")
    start: int = Field(ge=0, description=f"Where the passage begins. {OFFSETS}")
    end: int = Field(ge=0, description=f"Where it ends. {OFFSETS}")
    quote_start: int = Field(ge=0, description=f"Where the quote begins. {OFFSETS}")
    quote_end: int = Field(ge=0, description=f"Where it ends. {OFFSETS}")
    quote: str = Field(description="The document's text from `quote_start` to `quote_end`, letter for letter.")
    passage: str = Field(description="The passage around the quote.")


class AnswerReply(Reply):
    """An answer with its citations, or an abstention: then there are none, and the text says so."""

    question: str = Field(description="The question as it was asked.")
    standalone_question: str = Field(description="The question with what it left to its history.")
    answer: str = Field(description="Sentences of the documents with `[1]` marks, or that the documents do not say.")
    short_answer: str | None = Field(description="The shortest words that answer; null where there are none.")
    abstained: bool = Field(description="Whether the documents do not answer.")
    confidence: float = Field(ge=0, le=1, description="The calibrated probability that the answer is right.")
    citations: list[CitationReply] = Field(description="What the answer quotes; empty for an abstention.")
    hits: list[HitReply] = Field(description="The passages found, best first; at most `k`.")
    timings_ms: dict[str, float] = Field(description="Milliseconds of each stage: embed, search, rerank, read, total.")


class RetrieveReply(Reply):
    """The passages of a question."""

    question: str = Field(description="The question as it was asked.")
    hits: list[HitReply] = Field(description="The passages found, best first; at most `k`.")
    timings_ms: dict[str, float] = Field(description="Milliseconds of each stage: embed, search, and rerank if asked.")


class BatchAnswer(AnswerReply):
    """An answer in a batch."""

    id: str | int | None = Field(description="The id that came with the question.")


class BatchError(Reply):
    """A question of a batch that could not be asked."""

    id: str | int | None = Field(description="The id that came with the question.")
    question: str = Field(description="The question's first 200 characters.")
    error: str = Field(description="Why, and what to do.")


class AnswerBatchReply(Reply):
    """Answers in the order of the questions."""

    answers: list[BatchAnswer | BatchError] = Field(description="One for each question.")


class RetrieveBatchReply(Reply):
    """Passages in the order of the questions."""

    results: list[RetrieveReply] = Field(description="One for each question.")


class Fault(Reply):
    """Where a request differs from what is documented."""

    where: str = Field(description="The place in the request, such as `body.k`.")
    what: str = Field(description="What is wrong there.")


class ProblemReply(Reply):
    """A failure, as RFC 9457 has it."""

    type: str = Field(
        description="What kind of failure: stable, for programs. A later version may know more of them.",
        json_schema_extra={"enum": [PREFIX + kind for kind in KINDS]},
    )
    title: str = Field(description="The kind in words.")
    status: int = Field(description="The HTTP status, again.")
    detail: str = Field(description="What happened and what to do.")
    request_id: str = Field(description="Finds the request in the server's log.")
    errors: list[Fault] = Field(default=[], description=f"For `invalid`: each fault, at most {FAULTS}.")
    waiting_for: list[str] = Field(default=[], description="For `not-ready`: what is being waited for.")
