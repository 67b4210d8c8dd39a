"""What may be asked over HTTP, field by field, with units and bounds; more than is named here is refused."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rag.assistant import MAX_HITS, MAX_QUESTION_CHARACTERS
from web.limits import BATCH, HISTORY, ID_CHARACTERS

Question = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_QUESTION_CHARACTERS,
        pattern=r"[^\s\x1c-\x1f]",
        description="The question, in words. Must hold more than white space.",
        examples=["Who denied the deal?"],
    ),
]
History = Annotated[
    list[Question],
    Field(
        max_length=HISTORY,
        description="The questions asked before it, oldest first; a follow-up question is understood from them.",
    ),
]


def _whole(value: object) -> object:
    """JSON knows no integers: 8.0 is 8, as JSON Schema has it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Passages = Annotated[
    int,
    Field(ge=1, le=MAX_HITS, description="How many passages to return at most, best first."),
    BeforeValidator(_whole),
]
AtMostWrong = Annotated[
    float | None,
    Field(
        ge=1,
        le=100,
        description="Percent of questions that may be answered wrongly: the fewer, the more are refused. Null: as "
        "calibrated for this version.",
    ),
]
Rerank = Annotated[
    bool,
    Field(
        description="Whether the reader's network orders the best passages anew. Without it, passages come as the "
        "searches rank them, several times sooner."
    ),
]
OwnId = Annotated[
    Annotated[str, Field(max_length=ID_CHARACTERS)] | int | None,
    Field(description=f"Comes back beside the answer; of a text at most {ID_CHARACTERS} characters."),
    BeforeValidator(_whole),
]


class Wanted(BaseModel):
    """Strict: nothing is converted, nothing unknown is passed over."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class AnswerRequest(Wanted):
    """A question to be answered."""

    question: Question
    history: History = []
    k: Passages = 8
    at_most_wrong: AtMostWrong = None


class RetrieveRequest(Wanted):
    """A question whose passages are wanted. Filters by metadata will be a field `where` here."""

    question: Question
    k: Passages = 8
    rerank: Rerank = True


class BatchQuestionRequest(Wanted):
    """One question of a batch."""

    id: OwnId = None
    question: Question
    history: History = []


class AnswerBatchRequest(Wanted):
    """Several questions, answered in their order."""

    questions: list[BatchQuestionRequest] = Field(min_length=1, max_length=BATCH, description="The questions.")
    k: Passages = 8
    at_most_wrong: AtMostWrong = None


class RetrieveBatchRequest(Wanted):
    """Several questions whose passages are wanted, in their order."""

    questions: list[Question] = Field(min_length=1, max_length=BATCH, description="The questions.")
    k: Passages = 8
    rerank: Rerank = True
