"""Bodies are read whole before anything is done with them: never more than may come, nor longer than may be waited."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.limits import Limits
from web.problem import RefusedError


class OneLength:
    """Raises RefusedError for a body that tells two lengths: what is before us may have gone by the other one, and
    have seen another request behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if "content-length" in headers and "transfer-encoding" in headers:
            detail = "Content-Length and Transfer-Encoding exclude each other; send one of them"
            raise RefusedError("malformed", detail, {"Connection": "close"})
        await self._app(scope, receive, send)


class Bodies:
    """Raises RefusedError for a body that is too large, comes too slowly, or is packed."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = scope["method"] == "PUT" and scope["path"].startswith("/v1/documents/")
        most = self._limits.upload_bytes if is_upload else self._limits.body_bytes
        _check_headers(Headers(scope=scope), most)
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                first = await _whole(receive, most)
        except TimeoutError as error:
            raise RefusedError(
                "too-slow", f"the body took over {self._limits.body_seconds:g} s; send it faster"
            ) from error
        waiting = [first]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self._app(scope, replay, send)


async def _whole(receive: Receive, most: int) -> Message:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        body += message.get("body", b"")
        if len(body) > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return {"type": "http.request", "body": bytes(body), "more_body": False}


def _check_headers(headers: Headers, most: int) -> None:
    if headers.get("content-encoding", "identity") != "identity":
        raise RefusedError("media-type", "bodies are read as they come; send this one without Content-Encoding")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise RefusedError("malformed", "Content-Length is not a number of bytes")
    if int(length[:20]) > most:
        raise _too_large(most)


def _too_large(most: int) -> RefusedError:
    return RefusedError("too-large", f"the body has more than {most:,} bytes; send less at once")
