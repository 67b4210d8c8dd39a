"""What /openapi.json says beyond what the routes say themselves: tokens, limits, request ids, the shape of problems."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web.access import GATES, OPEN, WRITING
from web.limits import Limits
from web.replies import ProblemReply

ABOUT = """Questions answered in the words of a folder of documents, and the passages that bear on them.

Every failure is an RFC 9457 problem (`application/problem+json`); its `type` is one of those that `ProblemReply` lists.
Not listed with each route: 404 `urn:verbatim:not-found` where no route is, 405 `urn:verbatim:method` for a method that
a route does not have. After 429 and 503, wait for as many seconds as Retry-After says.

Send `Authorization: Bearer TOKEN` where the server was started with tokens. Only one with the scope `write` may put
and delete documents.

A body has at most {body:,} bytes, an uploaded file {upload:,}.{rate} {questions} questions are worked on at once and
{waiting} more wait, as do {uploads} uploads. Times are milliseconds. Offsets count Unicode code points."""
REQUEST_ID = {
    "name": "X-Request-Id", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "Comes back with the reply and stands in the server's log, if it has at most 64 letters, digits, "
    "dots, hyphens and underscores; else one is made.",
}  # fmt: skip


def openapi(api: FastAPI, limits: Limits) -> dict[str, Any]:
    """The document."""
    found = get_openapi(title=api.title, version=api.version, description=_about(limits), routes=api.routes)
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = ProblemReply.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {}) | {ProblemReply.__name__: problem}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{}, {"token": []}]
    for path, item in found["paths"].items():
        for method, operation in item.items():
            _finish(path, method.upper(), operation)
    return found


def _about(limits: Limits) -> str:
    rate = f" A client may make {limits.requests_per_minute:,} requests a minute." if limits.requests_per_minute else ""
    return ABOUT.format(
        body=limits.body_bytes, upload=limits.upload_bytes, rate=rate, questions=limits.workers,
        waiting=limits.waiting, uploads=limits.uploads_waiting,
    )  # fmt: skip


def _finish(path: str, method: str, operation: dict[str, Any]) -> None:
    operation.setdefault("parameters", []).append(REQUEST_ID)
    if path in OPEN:
        operation["security"] = []
        for status in GATES:
            operation["responses"].pop(str(status), None)
    if method in WRITING:
        operation["security"] = [{"token": []}]
