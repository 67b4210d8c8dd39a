"""Who may come in, under which name, from which page, and how often. Holds for the API, MCP and the page alike."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.problem import RefusedError
from web.rate import Rate
from web.tokens import Token, owner

OPEN = frozenset({"/healthz", "/readyz"})
"""Reachable without a token: for what restarts and routes to the server. They tell nothing of the documents."""
GATES = (401, 403, 421, 429)
"""How requests for anything else may be refused here."""
WRITING = frozenset({"PUT", "DELETE"})
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WRONG_TOKEN_COST = 20
BEARER, BASIC = 'Bearer realm="Verbatim"', 'Basic realm="Verbatim: the token is the password", charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class Access:
    """`tokens` is None where everyone may read and nobody write; `hosts` are the names that the server answers to
    (None: any), `origins` the other pages that may ask from a browser."""

    tokens: Sequence[Token] | None = None
    hosts: frozenset[str] | None = None
    origins: frozenset[str] = frozenset()


class Gate:
    """Raises RefusedError for whoever may not; to be put around all that is served."""

    def __init__(self, app: ASGIApp, access: Access, rate: Rate) -> None:
        self._app = app
        self._access = access
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in OPEN:
            headers = Headers(scope=scope)
            self._check_host(headers)
            self._check_origin(headers, scope["method"])
            self._admit(scope, headers)
        await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        """A page elsewhere must not reach us by giving its own name our address."""
        if self._access.hosts is not None and _name(headers.get("host", "")) not in self._access.hosts:
            names = ", ".join(sorted(self._access.hosts))
            raise RefusedError("host", f"ask under one of: {names}; or start the server with --name")

    def _check_origin(self, headers: Headers, method: str) -> None:
        """A page elsewhere must not act in the name of who looks at it."""
        origin = headers.get("origin")
        if origin is None or method in SAFE or origin in self._access.origins:
            return
        if urlsplit(origin).netloc != headers.get("host"):
            raise RefusedError("not-allowed", "pages of other origins may not ask; start the server with --origin")

    def _admit(self, scope: Scope, headers: Headers) -> None:
        """Tokens are checked before anything is counted for their owners; guesses cost their address dearly."""
        address = (scope.get("client") or ("unknown",))[0]
        secret = _secret(headers)
        found = owner(self._access.tokens, secret) if self._access.tokens is not None and secret else None
        client, is_guess = (found.name if found else address), self._access.tokens is not None and found is None
        scope["state"]["client"] = client
        wait = self._rate.wait(f"token {client}" if found else client, WRONG_TOKEN_COST if is_guess and secret else 1)
        if wait:
            detail = f"too many requests; try again in {wait} s"
            raise RefusedError("too-many", detail, {"Retry-After": str(wait)})
        if is_guess:
            raise _unknown(scope, secret)
        if scope["method"] in WRITING and scope["path"].startswith("/v1/") and not (found and found.may_write):
            raise RefusedError("not-allowed", "writing needs a token with the scope write (--token-file)")


def is_local(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _unknown(scope: Scope, secret: str) -> RefusedError:
    detail = "this token is not known here" if secret else "send `Authorization: Bearer TOKEN`; in a browser, the "
    detail += "" if secret else "token is the password"
    is_api = scope["path"].startswith(("/v1", "/mcp", "/metrics", "/openapi.json"))
    return RefusedError("token-missing", detail, {"WWW-Authenticate": BEARER if is_api else BASIC})


def _secret(headers: Headers) -> str:
    """The token of `Bearer TOKEN`, or the password of `Basic`, as browsers send it; "" for anything else."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _name(host: str) -> str:
    """A Host header without its port."""
    return host.rpartition(":")[0].lower() if not host.endswith("]") and ":" in host else host.lower()
