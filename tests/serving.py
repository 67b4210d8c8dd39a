"""Servers for tests: `python app.py` in a process of its own, or an application in a thread of this one."""

import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile

import uvicorn
from starlette.types import ASGIApp

from eval.server import free_port
from index.place import ROOT
from web.listen import protocol

PATIENCE_S = 300
DRAIN_S = 10


@dataclass(frozen=True, slots=True)
class Served:
    """A server's process and where it is reached."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """The exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@contextmanager
def served(*options: str) -> Iterator[Served]:
    """`python app.py` with its models loaded; interrupted at the end, if it still runs. It names its address, and no
    fault."""
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port), *options]
    with TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        server = Served(f"http://127.0.0.1:{port}", process)
        try:
            _wait_until_ready(server)
            yield server
        finally:
            if process.poll() is None:
                assert server.stop() in (0, 130)
        said.seek(0)
        text = said.read()
    assert server.url in text
    assert "Traceback" not in text


@contextmanager
def in_a_thread(app: ASGIApp) -> Iterator[str]:
    """Where the application is reached."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, timeout_graceful_shutdown=DRAIN_S, **protocol()))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _wait_until_ready(server: Served) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            urllib.request.urlopen(f"{server.url}/readyz", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"the server is not ready; exit status {server.process.poll()}")
