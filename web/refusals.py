"""Failures from outside the API's own routes become problems: those of the gates around it, and those of the page."""

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problem import KINDS, Problem, RefusedError, kind_of

FAILED = 400


class Refusals:
    """Answers with the problem that a layer within raised, before any of a response was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except RefusedError as refused:
            scope["state"]["fault"] = str(refused)
            await refused.problem.response(scope["state"]["request_id"])(scope, receive, send)


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
