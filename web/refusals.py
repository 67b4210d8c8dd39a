"""Failures from outside the API's own routes become problems: those of the gates around it, and those of the page."""

import asyncio
import json
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problem import KINDS, Problem, RefusedError, kind_of

FAILED = 400
FORGOTTEN_BYTES = 64 << 20
FORGOTTEN_SECONDS = 2


class Refusals:
    """Answers with the problem that a layer within raised, before any of a response was sent.

    Where the connection closes after that, what still comes of the request is read and forgotten first: closed in the
    midst of it, the client might not see the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_whole = False

        async def noticed() -> Message:
            nonlocal is_whole
            message = await receive()
            is_whole = not message.get("more_body", False)
            return message

        try:
            await self._app(scope, noticed, send)
        except RefusedError as refused:
            scope["state"]["fault"] = str(refused)
            if not is_whole and _closes(scope, refused.problem):
                await _forget(receive)
            await refused.problem.response(scope["state"]["request_id"])(scope, receive, send)


def _closes(scope: Scope, problem: Problem) -> bool:
    """Whether the connection does, without the client waiting for a word before it sends its body."""
    headers = Headers(scope=scope)
    asked = scope["http_version"] == "1.0" or headers.get("connection", "").lower() == "close"
    return (asked or "Connection" in problem.headers) and "expect" not in headers


async def _forget(receive: Receive) -> None:
    left = FORGOTTEN_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(FORGOTTEN_SECONDS):
            while left > 0:
                message = await receive()
                left = left - len(message.get("body", b"")) if message.get("more_body", False) else 0


class PageProblems:
    """Around the page, whose framework has failures of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        failed: Message | None = None
        body = b""

        async def send_or_tell(message: Message) -> None:
            nonlocal failed, body
            if message["type"] == "http.response.start" and message["status"] >= FAILED:
                failed = message
            elif failed is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    problem = _problem(failed["status"], body)
                    await problem.response(scope["state"]["request_id"])(scope, receive, send)

        await self._app(scope, receive, send_or_tell)


def _problem(status: int, body: bytes) -> Problem:
    """The page's own words, where it says why in one sentence."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    detail = said.get("detail") if isinstance(said, dict) else None
    kind = kind_of(status)
    return Problem(kind, detail if isinstance(detail, str) and status < 500 else KINDS[kind][1])
