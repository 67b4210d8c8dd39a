"""A process that syncs and verifies in children of its own and has them killed; for `test_crash.py`.

It forks, so that no child waits for its imports. A line on standard input asks for one child, a line on standard
output says how it ended: "killed", "told …" with what it told a person, or the lines of `index/` that it ran.
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from corpus.edge import MISTAKE
from corpus.errors import UserError
from index.engine import SearchEngine
from index.place import ROOT
from index.recipe import Recipe
from index.sync import sync
from index.verify import verify
from tests.conftest import WordEmbedder

RECIPE = Recipe(passage_tokens=40, overlap_tokens=0, title_tokens=16)
OURS = str(ROOT / "index")


class LineKiller:
    """Kills its process before it runs the nth line of `index/`."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.lines = 0

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.trace


def act(order: dict[str, Any]) -> int:
    """What the child does, killed at a line if one is named; the number of lines that it ran."""
    if order.get("file_bytes"):  # a full disk, as a process sees it
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_bytes"], resource.RLIM_INFINITY))
    killer = LineKiller(order["line"])
    if order["line"]:
        sys.settrace(killer.trace)
    engine = SearchEngine(Path(order["store"]), RECIPE)
    if order["verify"]:
        verify(engine)
    else:
        sync(Path(order["folder"]), engine, WordEmbedder())
    engine.close()
    sys.settrace(None)
    return killer.lines


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        receiver, sender = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.write(sender, b"%d" % act(order))
                os._exit(0)
            except UserError as error:
                os.write(sender, str(error).encode())
                os._exit(MISTAKE)
        os.close(sender)
        if order["milliseconds"]:
            time.sleep(order["milliseconds"] / 1000)
            os.kill(child, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        told = os.read(receiver, 4096).decode()
        os.close(receiver)
        known = {-signal.SIGKILL: "killed", 0: told, MISTAKE: f"told {told}"}
        print(known.get(status, f"failed {status}"), flush=True)


if __name__ == "__main__":
    main()
