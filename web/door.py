"""The outermost layer: gives each request an id, logs and counts it, and turns a bug into a problem."""

import re
from asyncio import CancelledError
from secrets import token_hex
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.log import Log
from web.metrics import Metrics
from web.problem import FAULT, Problem

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = frozenset("GET HEAD POST PUT DELETE OPTIONS PATCH".split())
QUIET = ("/healthz", "/readyz", "/metrics")
GONE = 499
STOPPING = Problem("busy", "the server is being stopped; ask again when it is back", {"Retry-After": "5"})


class Door:
    """Around everything else. Requests for the page's own files and the health checks are logged only if they fail."""

    def __init__(self, app: ASGIApp, log: Log, metrics: Metrics) -> None:
        self._app = app
        self._log = log
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, request_id, status = perf_counter(), _request_id(Headers(scope=scope)), 0
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except CancelledError:  # the time to finish requests is over
            if not status:
                await STOPPING.response(request_id)(scope, receive, send_with_id)
            raise
        except Exception as error:  # noqa: BLE001  the one place where a bug becomes a reply
            self._log.fault(request_id, error)
            if not status:
                await FAULT.response(request_id)(scope, receive, send_with_id)
        finally:
            self._done(scope, status or GONE, perf_counter() - started)

    def _done(self, scope: Scope, status: int, seconds: float) -> None:
        door, method = _door(scope), scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.request(door, method, status, seconds)
        if status < 400 and (door == "page" or scope["path"] in QUIET):
            return
        state = scope["state"]
        fields = {
            "request_id": state["request_id"], "client": state.get("client"), "method": method,
            "path": scope["path"], "status": status, "ms": round(seconds * 1000, 1), "fault": state.get("fault"),
        }  # fmt: skip
        self._log.write("request", {name: value for name, value in fields.items() if value is not None})


def _request_id(headers: Headers) -> str:
    """The client's own, if it is one that a log can hold; else a new one."""
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else token_hex(16)


def _door(scope: Scope) -> str:
    """The route as documented, not as called: there are few of them."""
    template = getattr(scope.get("route"), "path", None)
    return (
        str(template) if template and scope["state"].get("surface") == "api" else scope["state"].get("surface", "none")
    )
