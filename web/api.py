"""The HTTP API's questions: answers and passages, one or many, as JSON or stage by stage."""

from inspect import cleandoc

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from index.where import parse_where
from rag.answer import hit_json
from rag.batch import BatchQuestion, answers
from rag.retrieve import Retrieval
from web.contract import AnswerBatchRequest, AnswerRequest, RetrieveBatchRequest, RetrieveRequest
from web.events import EVENT_STREAM, answer_events
from web.replies import AnswerBatchReply, AnswerReply, RetrieveBatchReply, RetrieveReply
from web.service import Served
from web.told import told

STREAM = {EVENT_STREAM: {"schema": {"type": "string", "description": cleandoc(answer_events.__doc__ or "")}}}
routes = APIRouter(tags=["questions"])


@routes.post("/v1/answer", responses=told(422, 503, reply=AnswerReply, also=STREAM))
async def answer(wanted: AnswerRequest, request: Request, service: Served) -> Response:
    """Answer a question in the documents' own words, or say that they do not answer it.

    With `Accept: text/event-stream`, the stages come as they are done, then the answer."""
    if EVENT_STREAM in request.headers.get("accept", ""):
        return await answer_events(service, wanted)
    found = await service.workers.submit(wanted.ask).result_for(request)
    service.count(found)
    return JSONResponse(found.to_json())


@routes.post("/v1/answer/batch", responses=told(422, 503, reply=AnswerBatchReply))
async def answer_batch(wanted: AnswerBatchRequest, request: Request, service: Served) -> Response:
    """Answer several questions, as one piece of work; a question that cannot be asked is told in its place."""
    questions = [BatchQuestion(each.id, each.question, tuple(each.history), each.where) for each in wanted.questions]
    where = parse_where(wanted.where)
    found = await service.workers.submit(
        lambda assistant: list(answers(assistant, questions, wanted.k, wanted.at_most_wrong, where))
    ).result_for(request)
    for each in found:
        if "error" not in each:
            service.metrics.answer(abstained=bool(each["abstained"]))
    return JSONResponse({"answers": found})


@routes.post("/v1/retrieve", responses=told(422, 503, reply=RetrieveReply))
async def retrieve(wanted: RetrieveRequest, request: Request, service: Served) -> Response:
    """Find the passages that bear on a question."""
    found = await service.workers.submit(wanted.search).result_for(request)
    service.metrics.stages(found.timings_ms)
    return JSONResponse(retrieval_json(wanted.question, found))


@routes.post("/v1/retrieve/batch", responses=told(422, 503, reply=RetrieveBatchReply))
async def retrieve_batch(wanted: RetrieveBatchRequest, request: Request, service: Served) -> Response:
    """Find the passages of several questions, as one piece of work; one that cannot be asked refuses all."""
    shared = {"k": wanted.k, "where": wanted.where, "stages": wanted.stages}
    each = [RetrieveRequest.model_validate({"question": text, **shared}) for text in wanted.questions]
    found = await service.workers.submit(
        lambda assistant: [(one.question, one.search(assistant)) for one in each]
    ).result_for(request)
    return JSONResponse({"results": [retrieval_json(question, hits) for question, hits in found]})


def retrieval_json(question: str, found: Retrieval) -> dict[str, object]:
    """As /v1/retrieve has it."""
    return {
        "question": question,
        "hits": [hit_json(hit) for hit in found.hits],
        "timings_ms": {stage: round(value, 1) for stage, value in found.timings_ms.items()},
    }
