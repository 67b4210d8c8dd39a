"""The HTTP API: answers and passages as JSON, the same as from the command line."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from corpus.errors import UserError
from rag.answer import hit_json
from rag.assistant import MAX_HITS, MAX_QUESTION_CHARACTERS, Assistant
from rag.followup import Turn


class Ask(BaseModel, extra="forbid"):
    """A question, the questions asked before it, oldest first, and the percentage that may be answered wrongly."""

    question: str = Field(max_length=MAX_QUESTION_CHARACTERS)
    history: list[str] = Field(default=[], max_length=100)
    k: int = Field(default=8, ge=1, le=MAX_HITS)
    at_most_wrong: float | None = Field(default=None, gt=0, le=100)


class Retrieve(BaseModel, extra="forbid"):
    """A question, and how many passages to return."""

    question: str = Field(max_length=MAX_QUESTION_CHARACTERS)
    k: int = Field(default=8, ge=1, le=MAX_HITS)


def router(assistant: Assistant) -> APIRouter:
    """The routes over one assistant."""
    routes = APIRouter()

    @routes.post("/v1/answer")
    def answer(request: Ask) -> JSONResponse:
        try:
            history = [Turn(each) for each in request.history]
            found = assistant.ask(request.question, history, request.k, request.at_most_wrong)
        except UserError as error:
            return JSONResponse({"detail": str(error)}, status_code=422)
        return JSONResponse(found.to_json())

    @routes.post("/v1/retrieve")
    def retrieve(request: Retrieve) -> JSONResponse:
        try:
            hits = assistant.retrieve(request.question, request.k)
        except UserError as error:
            return JSONResponse({"detail": str(error)}, status_code=422)
        return JSONResponse({"question": request.question, "hits": [hit_json(hit) for hit in hits]})

    @routes.get("/healthz")
    def healthy() -> dict[str, str]:
        return {"status": "ok"}

    return routes
