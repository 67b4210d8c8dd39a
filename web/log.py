"""The server's log: one line of JSON for each event, in which nothing that came in can begin another line."""

import io
import json
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import TextIO

LONGEST = 300


class Log:
    """Writes to a stream (the process's standard error); usable from several threads. Questions and tokens are never
    written."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.__stderr__
        self._lock = Lock()

    def write(self, event: str, fields: Mapping[str, object]) -> None:
        """One event; texts are cut at LONGEST characters, but for a traceback."""
        cut = {k: v[:LONGEST] if isinstance(v, str) and k != "traceback" else v for k, v in fields.items()}
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **cut}) + "\n"
        with self._lock:
            print(line, end="", file=self._stream, flush=True)

    def fault(self, request_id: str, error: BaseException) -> None:
        """A bug, with where it is."""
        self.write("fault", {"request_id": request_id, "traceback": "".join(traceback.format_exception(error))})


class Said(io.TextIOBase):
    """To be standard error while serving: what libraries print there, at times with what came in, is logged by line."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = Lock()
        self._rest = ""

    def write(self, text: str) -> int:
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._log.write("said", {"text": line})
        return len(text)
