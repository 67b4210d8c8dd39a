"""What browsers are told: load nothing from elsewhere, show the page in no frame, let no other page read it."""

import base64
import re
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'"
# Gradio's HTML component makes functions of its templates ('unsafe-eval'); a script in a page must still be ours
PAGE = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self' blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_METHODS, _ASKED = "GET, POST, PUT, DELETE", "authorization, content-type, if-match, if-none-match, x-request-id"


class Policy:
    """Adds the headers to every response; `origins` are the other pages that may read responses (CORS)."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        allowed = _shared(origin) if origin in self._origins else {}
        if allowed and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            start = {"type": "http.response.start", "status": 204, "headers": []}
            MutableHeaders(scope=start).update(HEADERS | allowed)
            await send(start)
            await send({"type": "http.response.body", "body": b""})
            return
        if "text/html" in headers.get("accept", ""):  # so that its scripts can be told from others
            scope["headers"] = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
        await self._app(scope, receive, _Sender(send, allowed))


class _Sender:
    """Holds a page of HTML back until all of it is there: the policy names its scripts by their hashes."""

    def __init__(self, send: Send, allowed: dict[str, str]) -> None:
        self._send = send
        self._allowed = allowed
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.lower().startswith("access-control-")]:
                del headers[name]
            headers.update(HEADERS | self._allowed)
            headers.setdefault("Cache-Control", "no-cache" if "etag" in headers else "no-store")
            if "text/html" in headers.get("content-type", ""):
                self._start = message
                return
            headers["Content-Security-Policy"] = NOTHING
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            MutableHeaders(scope=self._start)["Content-Security-Policy"] = PAGE.format(scripts=_hashes(self._body))
            await self._send(self._start)
            message, self._start = {"type": "http.response.body", "body": self._body}, None
        await self._send(message)


def _hashes(page: bytes) -> str:
    digests = {base64.b64encode(sha256(script).digest()).decode() for script in _INLINE.findall(page)}
    return "".join(f" 'sha256-{digest}'" for digest in sorted(digests))


def _shared(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _ASKED,
        "Access-Control-Expose-Headers": "ETag, Location, Retry-After, X-Request-Id",
        "Vary": "Origin",
    }
