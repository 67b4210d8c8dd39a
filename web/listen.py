"""The server on its address: listens, gives slow clients so long and no longer, and finishes what it has begun."""

import asyncio
import socket
from contextlib import redirect_stderr
from http import HTTPStatus
from secrets import token_hex
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from corpus.errors import UserError
from web.log import Log, Said
from web.problem import Problem

HEADER_SECONDS = 20
HEADER_BYTES = 64 * 1024
CONNECTIONS, BACKLOG = 500, 100
"""How many may be open, and come at a time. With those that are being refused they leave room for files where a
process may have 1,024 of both open, as is usual: a server that has none left cannot even say so."""
LINGER_SECONDS = 2
STUCK_SECONDS = 60
"""A client that takes nothing of its reply for so long gets no more of it."""
RETRY_SECONDS = 2


def check_address(host: str, port: int) -> None:
    """Raises UserError if nothing can listen there."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except (OSError, OverflowError) as error:
        raise UserError(f"{host}:{port} cannot be listened on ({error}); choose another --port or --host") from error


def listen(app: ASGIApp, host: str, port: int, drain_seconds: int) -> None:
    """Serve until interrupted; then take nothing new, and finish what there is within so many seconds."""
    with redirect_stderr(Said(Log())):
        uvicorn.run(app, host=host, port=port, timeout_graceful_shutdown=drain_seconds, **protocol())


def protocol() -> dict[str, Any]:
    """How uvicorn is to speak, wherever it listens."""
    return {
        "http": PatientProtocol, "backlog": BACKLOG, "h11_max_incomplete_event_size": HEADER_BYTES, "ws": "none",
        "lifespan": "on", "log_level": "error", "access_log": False, "server_header": False, "proxy_headers": False,
    }  # fmt: skip


class PatientProtocol(H11Protocol):
    """Closes connections that uvicorn would wait on for ever, and tells as a problem what is no request at all."""

    _deadline: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None
    _refused = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            wait = {"Retry-After": str(RETRY_SECONDS)}
            self._refuse(Problem("busy", f"{CONNECTIONS} connections are open already; try again in a moment", wait))
            self.transport.close()
        self._expect_request()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._stuck):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck:
            self._stuck.cancel()

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """What still comes is read and forgotten for a moment: closed at once, the client might not see why."""
        self._refused = True
        self._refuse(Problem("malformed", f"this is no HTTP/1.1, or its headers have over {HEADER_BYTES:,} bytes"))
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def shutdown(self) -> None:
        if self._refused:
            self.transport.close()
        else:
            super().shutdown()

    def _expect_request(self) -> None:
        """The whole of a request line and headers, however slowly their bytes come."""
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()  # close() would wait for a client that does not take the rest of its reply

    def _refuse(self, problem: Problem) -> None:
        """Unless a reply is under way, which would be broken."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            response = problem.response(token_hex(16))
            headers = [*response.raw_headers, (b"connection", b"close")]
            head = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}".encode()]
            lines = head + [name + b": " + value for name, value in headers]
            self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + bytes(response.body))
