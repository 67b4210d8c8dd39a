"""Requests as they go over the wire, and replies as the values that the assistant itself gives."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from corpus.document import Document, Passage
from corpus.errors import QuestionError, UserError
from index.where import Where
from rag.answer import Answer, Citation
from rag.followup import Turn
from rag.retrieve import Hit, Retrieval
from web.problem import PREFIX


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, without host and token."""

    method: str
    path: str
    body: Mapping[str, object] | None = None
    parameters: Mapping[str, str | int] = field(default_factory=dict)


class RemoteError(UserError):
    """The server refused, or failed: its kind of problem, what to do, seconds to wait before trying again."""

    def __init__(self, kind: str, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.retry_after = retry_after


def ask_call(question: str, history: Sequence[Turn], k: int, at_most_wrong: float | None, where: Where) -> Call:
    """Of the turns, the questions are sent: the server finds their answers again where it needs them."""
    earlier = [f"{turn.question} {turn.where}".strip() for turn in history]
    body = {"question": question, "history": earlier, "k": k, "at_most_wrong": at_most_wrong, "where": str(where)}
    return Call("POST", "/v1/answer", body)


def retrieve_call(question: str, k: int, where: Where, stages: Collection[str]) -> Call:
    body = {"question": question, "k": k, "where": str(where), "stages": list(stages)}
    return Call("POST", "/v1/retrieve", body)


def document_call(document_id: str, start: int | None = None) -> Call:
    """What is known of a document; with a start, its text from there on."""
    path = f"/v1/documents/{quote(document_id)}"
    return Call("GET", path) if start is None else Call("GET", f"{path}/text", parameters={"start": start})


def problem_error(reply: Mapping[str, Any], retry_after: str | None) -> UserError:
    """The exception that a problem is: a QuestionError if it was one in the server."""
    kind, detail = str(reply.get("type", "")).removeprefix(PREFIX), str(reply.get("detail", "the server failed"))
    if kind in ("question", "invalid"):
        return QuestionError(detail)
    return RemoteError(kind, detail, int(retry_after) if retry_after and retry_after.isdecimal() else None)


def answer_from(reply: Mapping[str, Any]) -> Answer:
    """Without its draft and its filters, which do not travel."""
    return Answer(
        question=reply["question"],
        standalone_question=reply["standalone_question"],
        text=reply["answer"],
        short_answer=reply["short_answer"],
        citations=tuple(_citation(each) for each in reply["citations"]),
        hits=tuple(_hit(each) for each in reply["hits"]),
        confidence=reply["confidence"],
        timings_ms=MappingProxyType(reply["timings_ms"]),
    )


def retrieval_from(reply: Mapping[str, Any]) -> Retrieval:
    return Retrieval(tuple(_hit(each) for each in reply["hits"]), MappingProxyType(reply["timings_ms"]))


def document_from(about: Mapping[str, Any], text: str) -> Document:
    metadata = MappingProxyType(dict(about["metadata"]))
    return Document(about["id"], about["title"], text, about["source"], metadata, tuple(about["pages"]))


def _hit(each: Mapping[str, Any]) -> Hit:
    passage = Passage(each["document_id"], each["start"], each["end"], each["text"])
    return Hit(passage, each["score"], MappingProxyType(each["ranks"]))


def _citation(each: Mapping[str, Any]) -> Citation:
    passage = Passage(each["document_id"], each["start"], each["end"], each["passage"])
    place = each["quote_start"], each["quote_end"]
    metadata = MappingProxyType(each["metadata"])
    return Citation(each["number"], passage, *place, each["title"], each["source"], each["page"], metadata)
