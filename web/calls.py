"""What the page's script may ask the server to do: run a function that the page has, for a session with a name."""

import json
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problem import RefusedError

JOIN = "/gradio_api/queue/join"


class Calls:
    """Raises RefusedError for a call that the page's framework would stumble over. `inputs` is how many values each
    function takes, by its number. Bodies come whole (web/body.py)."""

    def __init__(self, app: ASGIApp, inputs: Mapping[int, int]) -> None:
        self._app = app
        self._inputs = inputs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != JOIN or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        waiting = [await receive()]
        self._check(waiting[0].get("body", b""))

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self._app(scope, replay, send)

    def _check(self, body: bytes) -> None:
        try:
            call = json.loads(body)
        except (ValueError, RecursionError):
            call = None
        if not (isinstance(call, dict) and isinstance(call.get("session_hash"), str) and self._fits(call)):
            raise RefusedError(
                "invalid", "the page has no such function; load it again, or use what /openapi.json lists"
            )

    def _fits(self, call: Mapping[str, object]) -> bool:
        number, values = call.get("fn_index"), call.get("data")
        return isinstance(number, int) and isinstance(values, list) and len(values) == self._inputs.get(number)
