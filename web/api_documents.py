"""The HTTP API's documents: list, show, put, delete, and the jobs that take changes in."""

from dataclasses import asdict
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from web.ingest import Ingestion, Job
from web.limits import PAGE
from web.problem import RefusedError
from web.replies_documents import DocumentReply, DocumentsReply, JobReply, TextReply
from web.service import Service
from web.shelf import names
from web.texts import CHARACTERS, stretch
from web.told import told

Id = Annotated[
    str, Path(description="The document's path below the corpus folder; slashes stay slashes.", max_length=1_000)
]
IfMatch = Annotated[str | None, Header(description="Entity tags, one of which the document must have now; else 412.")]
IfNoneMatch = Annotated[str | None, Header(description="Entity tags that the document must not have now.")]
UPLOAD = {
    "requestBody": {
        "required": True,
        "description": "The file as it is, in any format that is read; which, the id's suffix says. A file that "
        "holds several documents, such as mails.mbox, makes one of each: mails.mbox/1.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The copy that If-None-Match names is current."}}


def router(service: Service) -> APIRouter:
    """The routes over one service."""
    routes = APIRouter(tags=["documents"])
    shelf = service.shelf

    @routes.get("/v1/documents", responses=told(422, reply=DocumentsReply))
    def documents(
        limit: Annotated[int, Query(ge=1, le=PAGE, description="How many to return at most.")] = 100,
        after: Annotated[str, Query(max_length=1_000, description="The `next` of the page before.")] = "",
    ) -> Response:
        """List the documents, in the order of their ids."""
        entries, following, total = shelf.page(after, limit)
        return JSONResponse({"documents": [each.to_json() for each in entries], "next": following, "total": total})

    @routes.get("/v1/documents/{document_id:path}/text", responses=UNCHANGED | told(404, 422, reply=TextReply))
    def text(
        document_id: Id,
        start: Annotated[int, Query(ge=0, le=1 << 40, description="Where to begin, in code points from 0.")] = 0,
        end: Annotated[
            int | None, Query(ge=0, le=1 << 40, description=f"Where to end (exclusive). At most {CHARACTERS:,} come.")
        ] = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """Show a stretch of a document; go on from its `end`."""
        shown, etag = stretch(shelf, document_id, start, end)
        if names(if_none_match, etag):
            return Response(status_code=304, headers={"ETag": etag})
        return JSONResponse(shown, headers={"ETag": etag})

    @routes.get("/v1/documents/{document_id:path}", responses=UNCHANGED | told(404, 422, reply=DocumentReply))
    def document(document_id: Id, if_none_match: IfNoneMatch = None) -> Response:
        """Show what is known of a document, but for its text."""
        found, etag = shelf.document(document_id)
        if names(if_none_match, etag):
            return Response(status_code=304, headers={"ETag": etag})
        shown = {
            "id": found.id, "title": found.title, "etag": etag, "source": found.source,
            "metadata": dict(found.metadata), "pages": list(found.pages), "characters": len(found.text),
            "passages": shelf.passages(document_id),
        }  # fmt: skip
        return JSONResponse(shown, headers={"ETag": etag})

    @routes.put(
        "/v1/documents/{document_id:path}",
        status_code=202,
        responses=told(404, 409, 412, 422, 503, reply=JobReply, status=202),
        openapi_extra=UPLOAD,
    )
    async def put(
        document_id: Id, request: Request, if_match: IfMatch = None, if_none_match: IfNoneMatch = None
    ) -> Response:
        """Put a file in the place of what has its id. Stored when this returns, found when the job is done.

        A file that cannot be read fails its job, and searches go on to see what was there before."""
        ingestion = _writable(service)
        _check_current(if_match, if_none_match, shelf.etag(document_id))
        data = await request.body()
        return _accepted(await anyio.to_thread.run_sync(ingestion.put, document_id, data))

    @routes.delete(
        "/v1/documents/{document_id:path}",
        status_code=202,
        responses=told(404, 409, 412, 422, 503, reply=JobReply, status=202),
    )
    def delete(document_id: Id, if_match: IfMatch = None) -> Response:
        """Delete a file and its document. The file is gone when this returns, the document when the job is done."""
        ingestion = _writable(service)
        _check_current(if_match, None, shelf.etag(document_id))
        return _accepted(ingestion.delete(document_id))

    @routes.get("/v1/jobs/{job_id}", responses=told(404, 422, reply=JobReply))
    def job(job_id: Annotated[str, Path(max_length=64, description="The id that came with the 202.")]) -> Response:
        """Say how far an upload or a deletion has come."""
        found = service.ingestion.job(job_id) if service.ingestion else None
        if found is None:
            raise RefusedError("not-found", "there is no such job; jobs are forgotten when the server stops")
        return JSONResponse(asdict(found))

    return routes


def _writable(service: Service) -> Ingestion:
    if service.ingestion is None:
        raise RefusedError(
            "not-allowed", "documents cannot be written here: the server needs --corpus and --token-file"
        )
    return service.ingestion


def _check_current(if_match: str | None, if_none_match: str | None, etag: str | None) -> None:
    if (if_match is not None and not names(if_match, etag)) or names(if_none_match, etag):
        raise RefusedError("changed", "the document has changed, or is there or not there; look at it again")


def _accepted(job: Job) -> Response:
    return JSONResponse(asdict(job), 202, {"Location": f"/v1/jobs/{job.id}"})
