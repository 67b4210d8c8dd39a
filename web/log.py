"""The server's log: one line of JSON for each event, in which nothing that came in can begin another line."""

import json
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import TextIO

LONGEST = 300


class Log:
    """Writes to a stream (standard error); usable from several threads. Questions and tokens are never written."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._lock = Lock()

    def write(self, event: str, fields: Mapping[str, object]) -> None:
        """One event; texts are cut at LONGEST characters, but for a traceback."""
        cut = {k: v[:LONGEST] if isinstance(v, str) and k != "traceback" else v for k, v in fields.items()}
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **cut}) + "\n"
        with self._lock:
            print(line, end="", file=self._stream or sys.stderr, flush=True)

    def fault(self, request_id: str, error: BaseException) -> None:
        """A bug, with where it is."""
        self.write("fault", {"request_id": request_id, "traceback": "".join(traceback.format_exception(error))})
