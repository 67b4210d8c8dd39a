"""The HTTP API's documents: listed, described, and shown stretch by stretch."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import JSONResponse

from web.conditions import Conditions
from web.limits import PAGE
from web.replies_documents import DocumentReply, DocumentsReply, TextReply
from web.service import Served
from web.texts import CHARACTERS, stretch
from web.told import ETAG, REQUEST_ID, told

Id = Annotated[
    str,
    Path(
        description="The document's path below the corpus folder; its slashes may stay or be sent as %2F.",
        max_length=1_000,
    ),
]
After = Annotated[str, Query(max_length=1_000, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=PAGE, description="How many to return at most.")]
Start = Annotated[int, Query(ge=0, le=1 << 40, description="Where to begin, in code points from 0.")]
End = Annotated[
    int | None, Query(ge=0, le=1 << 40, description=f"Where to end (exclusive). At most {CHARACTERS:,} come.")
]
IfNoneMatch = Annotated[
    str | None, Header(description="Entity tags, none of which the document may have now; `*`: any.")
]
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The copy that If-None-Match names is current.", "headers": {**REQUEST_ID, **ETAG}}
}
routes = APIRouter(tags=["documents"])


@routes.get("/v1/documents", responses=told(422, 503, reply=DocumentsReply))
def documents(service: Served, limit: Limit = 100, after: After = "") -> Response:
    """List the documents, in the order of their ids."""
    entries, following, total = service.shelf.page(after, limit)
    return JSONResponse({"documents": [each.to_json() for each in entries], "next": following, "total": total})


@routes.get(
    "/v1/documents/{document_id:path}/text", responses=told(404, 422, 503, reply=TextReply, headers=ETAG) | UNCHANGED
)
def text(
    service: Served, document_id: Id, start: Start = 0, end: End = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Show a stretch of a document; go on from its `end`."""
    shown, etag = stretch(service.shelf, document_id, start, end)
    return _tagged(shown, etag, if_none_match)


@routes.get(
    "/v1/documents/{document_id:path}", responses=told(404, 422, 503, reply=DocumentReply, headers=ETAG) | UNCHANGED
)
def document(service: Served, document_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show what is known of a document, but for its text."""
    found, etag = service.shelf.document(document_id)
    shown = {
        "id": found.id, "title": found.title, "etag": etag, "source": found.source,
        "metadata": dict(found.metadata), "pages": list(found.pages), "characters": len(found.text),
        "passages": service.shelf.passages(document_id),
    }  # fmt: skip
    return _tagged(shown, etag, if_none_match)


def _tagged(shown: dict[str, object], etag: str, if_none_match: str | None) -> Response:
    headers = {"ETag": etag}
    if Conditions(if_none_match=if_none_match).is_current(etag):
        return Response(status_code=304, headers=headers)
    return JSONResponse(shown, headers=headers)
