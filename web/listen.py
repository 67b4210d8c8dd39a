"""The server on its address: listens, gives slow clients so long and no longer, and finishes what it has begun."""

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from corpus.errors import UserError

HEADER_SECONDS = 20
HEADER_BYTES = 64 * 1024
CONNECTIONS = 1_000


def check_address(host: str, port: int) -> None:
    """Raises UserError if nothing can listen there."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except (OSError, OverflowError) as error:
        raise UserError(f"{host}:{port} cannot be listened on ({error}); choose another --port or --host") from error


def listen(app: ASGIApp, host: str, port: int, drain_seconds: int) -> None:
    """Serve until interrupted; then take nothing new, and finish what there is within so many seconds."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=HEADER_BYTES,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=drain_seconds,
    )


class PatientProtocol(H11Protocol):
    """Closes a connection whose request line and headers are not there in time, which uvicorn itself waits for."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        """Later requests on the same connection have uvicorn's own limit between them."""
        if self.cycle is None:
            self.transport.close()
