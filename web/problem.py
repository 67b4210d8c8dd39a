"""What every failure says: RFC 9457 problem details, the same from each door and for each status.

`type` is stable and meant for programs, `detail` says what to do. Nothing of the server's insides is in either.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from corpus.errors import CorpusError, DocumentError, StoreError, UserError

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:verbatim:"
FAULTS = 20
KINDS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "malformed": (400, "The request cannot be read"),
        "token-missing": (401, "A token is needed"),
        "not-allowed": (403, "This is not allowed"),
        "not-found": (404, "There is no such thing here"),
        "method": (405, "This method is not offered here"),
        "too-slow": (408, "The request took too long to arrive"),
        "conflict": (409, "This cannot be done now"),
        "document": (409, "The file cannot become that document"),
        "changed": (412, "The document is not the one that was meant"),
        "too-large": (413, "The request is too large"),
        "media-type": (415, "This kind of content is not read"),
        "host": (421, "This server does not answer to that name"),
        "invalid": (422, "The request is not as documented"),
        "question": (422, "The question cannot be asked"),
        "too-many": (429, "Too many requests"),
        "gone": (499, "The client has gone"),
        "internal": (500, "The server has a fault"),
        "busy": (503, "The server is busy"),
        "not-ready": (503, "The server is not ready"),
        "store": (503, "The index cannot be used"),
    }
)
_OF_STATUS: Mapping[int, str] = {status: kind for kind, (status, _) in reversed(list(KINDS.items()))}


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure as it is told: its kind, what to do, headers to send, and members beyond RFC 9457's."""

    kind: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, object] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return KINDS[self.kind][0]

    def to_json(self, request_id: str) -> dict[str, object]:
        """The problem object; `request_id` finds the request in the server's log."""
        status, title = KINDS[self.kind]
        about = {"type": PREFIX + self.kind, "title": title, "status": status, "detail": self.detail}
        return {**about, "request_id": request_id, **self.members}

    def response(self, request_id: str) -> Response:
        """ASCII only, so that no text that came in, however broken, can fail to go out."""
        body = json.dumps(self.to_json(request_id))
        return Response(body, self.status, dict(self.headers), media_type=MEDIA_TYPE)


FAULT = Problem("internal", "the server has a fault; tell who runs it the request id, which its log knows")


class RefusedError(Exception):
    """Raised where a request is refused."""

    def __init__(self, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.problem = Problem(kind, detail, headers or {})


def problem_of(error: UserError) -> Problem:
    """A person's mistake as a problem; what the server's operator must mend names no path."""
    if isinstance(error, StoreError | CorpusError):
        return Problem("store", "the index cannot be used at the moment; try again, or ask who runs this server")
    return Problem("document" if isinstance(error, DocumentError) else "question", str(error))


def tell_problems(api: FastAPI) -> None:
    """Have every failure of the framework and of the routes told as a problem."""

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, UserError | RefusedError):
            request.state.fault = str(error)
        return problem_from(error).response(request_id_of(request))

    for kind in (RefusedError, UserError, RequestValidationError, HTTPException, Exception):
        api.add_exception_handler(kind, refused)


def problem_from(error: Exception) -> Problem:
    """The problem that an exception of a route, or of the framework, is."""
    if isinstance(error, RefusedError):
        return error.problem
    if isinstance(error, UserError):
        return problem_of(error)
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        details = {
            400: "the body is not JSON in UTF-8; send an object as /openapi.json documents it",
            404: "no such address; /openapi.json lists those that there are",
            405: "see the Allow header",
        }
        kind = kind_of(error.status_code)
        detail = details.get(error.status_code, str(error.detail))
        return Problem(kind, detail, error.headers or {})
    return FAULT


def kind_of(status: int) -> str:
    """The kind of problem that a framework's status is."""
    return _OF_STATUS.get(status, "malformed" if status < 500 else "internal")


def request_id_of(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


def _invalid(error: RequestValidationError) -> Problem:
    """Where the request differs from what is documented; what was sent is not repeated."""
    found = error.errors()[:FAULTS]
    faults = [{"where": ".".join(map(str, each["loc"])), "what": str(each["msg"])} for each in found]
    if found[0]["type"] == "json_invalid":
        return Problem("malformed", "the body is not JSON; send an object as /openapi.json documents it")
    first = faults[0]
    detail = f"{first['where']}: {first['what']}; /openapi.json documents every field"
    return Problem("invalid", detail, members={"errors": faults})
