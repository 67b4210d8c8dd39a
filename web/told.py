"""How a route's replies and failures are told in /openapi.json."""

from collections.abc import Mapping
from typing import Any

from web.problem import KINDS, MEDIA_TYPE
from web.replies import ProblemReply, Reply

ALWAYS = (400, 401, 403, 408, 413, 421, 429, 500)
REQUEST_ID = {"X-Request-Id": {"description": "As sent, or made here.", "schema": {"type": "string"}}}
RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


def told(
    *failures: int, reply: type[Reply], status: int = 200, also: Mapping[str, Any] | None = None
) -> dict[int | str, dict[str, Any]]:
    """The reply to a request that succeeds, the problems particular to a route, and those of every route."""
    return {status: {"model": reply, "headers": REQUEST_ID, **(also or {})}, **problems(*failures)}


def problems(*failures: int) -> dict[int | str, dict[str, Any]]:
    """The problems particular to a route, and those of every route."""
    return {each: _problem(each) for each in sorted({*ALWAYS, *failures})}


def _problem(status: int) -> dict[str, Any]:
    kinds = [f"`{kind}`: {title.lower()}" for kind, (each, title) in KINDS.items() if each == status]
    headers = REQUEST_ID | (RETRY if status in (429, 503) else {})
    schema = {"$ref": f"#/components/schemas/{ProblemReply.__name__}"}
    return {"description": "; ".join(kinds), "headers": headers, "content": {MEDIA_TYPE: {"schema": schema}}}
