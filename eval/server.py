"""The server that is measured: `python app.py` in a process of its own, and what that process uses."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.speed import free_port, wait_for
from index.place import ROOT


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
def started(*options: str) -> Iterator[Server]:
    """Ready to answer; as many requests as come are let in."""
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port), "--requests-per-minute", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait()
