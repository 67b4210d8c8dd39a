"""How a route's replies and failures are told in /openapi.json."""

from collections.abc import Mapping
from typing import Any

from web.access import GATES
from web.problem import KINDS, MEDIA_TYPE
from web.replies import ProblemReply, Reply

ALWAYS = (400, 408, 413, 415, 500, *GATES)
Headers = Mapping[str, Mapping[str, Any]]


def header(name: str, description: str, kind: str = "string") -> Headers:
    """A header of a response."""
    return {name: {"description": description, "schema": {"type": kind}}}


REQUEST_ID = header("X-Request-Id", "As sent, or made here.")
ETAG = header("ETag", "The document's entity tag, quotes included; changes with its content.")
OF_PROBLEM: Mapping[int, Headers] = {
    401: header("WWW-Authenticate", "How to send a token."),
    429: header("Retry-After", "Seconds to wait.", "integer"),
    503: header("Retry-After", "Seconds to wait.", "integer"),
}


def told(
    *failures: int, reply: type[Reply], status: int = 200, headers: Headers | None = None, also: Any = None
) -> dict[int | str, dict[str, Any]]:
    """The reply to a request that succeeds, with media types `also` offered, and all problems of the route."""
    success = {"model": reply, "description": str(reply.__doc__), "headers": {**REQUEST_ID, **(headers or {})}}
    return {status: success | ({"content": also} if also else {}), **problems(*failures)}


def problems(*failures: int) -> dict[int | str, dict[str, Any]]:
    """The problems particular to a route, and those of every route."""
    return {each: _problem(each) for each in sorted({*ALWAYS, *failures})}


def _problem(status: int) -> dict[str, Any]:
    kinds = [f"`{kind}`: {title.lower()}" for kind, (each, title) in KINDS.items() if each == status]
    schema = {"$ref": f"#/components/schemas/{ProblemReply.__name__}"}
    headers = {**REQUEST_ID, **OF_PROBLEM.get(status, {})}
    return {"description": "; ".join(kinds), "headers": headers, "content": {MEDIA_TYPE: {"schema": schema}}}
