"""What may be asked over HTTP, field by field, with units and bounds, and how that is asked of the assistant."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from index.where import parse_where
from rag.answer import Answer
from rag.assistant import MAX_HITS, MAX_QUESTION_CHARACTERS, Assistant
from rag.followup import Turn
from rag.fuse import SEARCHES
from rag.retrieve import Retrieval
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
Filters = Annotated[
    str,
    Field(
        max_length=MAX_QUESTION_CHARACTERS,
        description="What may be read: `key:value` words, of which a document must meet all. Keys are `folder`, "
        "`source`, `title`, `author`, `after`, `before`, `page` (`3` or `3-5`: a limit for passages), and any that the "
        "documents' metadata has; a value with spaces stands in double quotes. Such words may stand in the "
        "question, too; they narrow these further.",
        examples=['source:nytimes after:2022-11-01 author:"Kate Conger"'],
    ),
]
Stage = Literal["dense", "lexical", "document", "rerank"]
Stages = Annotated[
    list[Stage],
    Field(
        min_length=1,
        max_length=len(get_args(Stage)),
        json_schema_extra={"contains": {"enum": list(SEARCHES)}},
        description="What has a say: the searches by a passage's meaning (`dense`), by its words (`lexical`) and by "
        "the words of its whole document (`document`), of which one is needed; and `rerank`, which orders the best "
        "passages anew by reading them, and takes most of the time.",
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
    where: Filters = ""

    def ask(self, assistant: Assistant) -> Answer:
        history = [Turn(each) for each in self.history]
        return assistant.ask(self.question, history, self.k, self.at_most_wrong, parse_where(self.where))


class RetrieveRequest(Wanted):
    """A question whose passages are wanted."""

    question: Question
    k: Passages = 8
    where: Filters = ""
    stages: Stages = list(get_args(Stage))

    def search(self, assistant: Assistant) -> Retrieval:
        return assistant.retrieval(self.question, self.k, parse_where(self.where), self.stages)


class BatchQuestionRequest(Wanted):
    """One question of a batch."""

    id: OwnId = None
    question: Question
    history: History = []
    where: Filters = ""


class AnswerBatchRequest(Wanted):
    """Several questions, answered in their order."""

    questions: list[BatchQuestionRequest] = Field(min_length=1, max_length=BATCH, description="The questions.")
    k: Passages = 8
    at_most_wrong: AtMostWrong = None
    where: Filters = ""


class RetrieveBatchRequest(Wanted):
    """Several questions whose passages are wanted, in their order."""

    questions: list[Question] = Field(min_length=1, max_length=BATCH, description="The questions.")
    k: Passages = 8
    where: Filters = ""
    stages: Stages = list(get_args(Stage))
