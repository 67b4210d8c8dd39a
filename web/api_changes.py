"""The HTTP API's changes: a document is put or deleted, and a job says when searches see that."""

from dataclasses import asdict
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import JSONResponse

from web.api_documents import Id, IfNoneMatch
from web.conditions import Conditions
from web.ingest import Ingestion, Job
from web.problem import RefusedError
from web.replies_documents import JobReply
from web.service import Served, Service
from web.told import header, told

IfMatch = Annotated[
    str | None, Header(description="Entity tags, one of which the document must have now, else 412; `*`: any.")
]
LOCATION = header("Location", "Where the job is told of: /v1/jobs/{job_id}.")
ACCEPTED = told(404, 409, 412, 422, 503, reply=JobReply, status=202, headers=LOCATION)
UPLOAD = {
    "requestBody": {
        "required": True,
        "description": "The file as it is, in any format that is read; which, the id's suffix says. A file that "
        "holds several documents, such as mails.mbox, makes one of each: mails.mbox/1.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
routes = APIRouter(tags=["documents"])


@routes.put("/v1/documents/{document_id:path}", status_code=202, responses=ACCEPTED, openapi_extra=UPLOAD)
async def put_document(
    service: Served, document_id: Id, request: Request, if_match: IfMatch = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Put a file in the place of what has its id. Stored when this returns, found when the job is done.

    A file that cannot be read fails its job, and searches go on to see what was there before."""
    ingestion, conditions, data = _writable(service), Conditions(if_match, if_none_match), await request.body()
    check = partial(_check, service, ingestion, conditions, document_id)
    return _accepted(await anyio.to_thread.run_sync(ingestion.put, document_id, data, check))


@routes.delete("/v1/documents/{document_id:path}", status_code=202, responses=ACCEPTED)
def delete_document(service: Served, document_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a file and its document. The file is gone when this returns, the document when the job is done."""
    ingestion, conditions = _writable(service), Conditions(if_match)
    check = partial(_check, service, ingestion, conditions, document_id)
    return _accepted(ingestion.delete(document_id, check))


@routes.get("/v1/jobs/{job_id}", responses=told(404, 422, reply=JobReply))
def job(
    service: Served, job_id: Annotated[str, Path(max_length=64, description="The id that came with the 202.")]
) -> Response:
    """Say how far an upload or a deletion has come."""
    found = service.ingestion.job(job_id) if service.ingestion else None
    if found is None:
        raise RefusedError("not-found", "there is no such job; jobs are forgotten when the server stops")
    return JSONResponse(asdict(found))


def _writable(service: Service) -> Ingestion:
    if service.ingestion is None:
        raise RefusedError(
            "not-allowed", "documents cannot be written here: the server needs --corpus and --token-file"
        )
    return service.ingestion


def _check(service: Service, ingestion: Ingestion, conditions: Conditions, document_id: str) -> None:
    changing = ingestion.is_changing(document_id)  # looked up first: a change that ends now shows in the tag
    conditions.check(service.shelf.etag(document_id), changing=changing)


def _accepted(job: Job) -> Response:
    return JSONResponse(asdict(job), 202, {"Location": f"/v1/jobs/{job.id}"})
