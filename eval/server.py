"""The server that is measured: `python app.py` in a process of its own, and what that process uses."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.place import ROOT

PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Server:
    """A process and where it is reached. What Linux tells of the process is 0 elsewhere."""

    url: str
    process: int

    def processor_seconds(self) -> float:
        """Of all its threads so far."""
        status = Path(f"/proc/{self.process}/stat")
        fields = status.read_text().rpartition(")")[2].split() if status.is_file() else []
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0

    def mebibytes(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.process}/status")
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.is_file() else None
        return int(found[1]) / 1024 if found else 0.0


@contextmanager
def started(*options: str, until: str = "/readyz") -> Iterator[Server]:
    """Once it answers there; as many requests as come are let in."""
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port), "--requests-per-minute", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}{until}")
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Until the address answers well. Raises TimeoutError after PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {PATIENCE_S} s")
