"""How long a test waits for what must end: tens of times what it takes on a slow machine, and far less than what would
take a square of its input, or for ever. The sizes in the tests are chosen for that: no verdict hangs on a busy machine.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

IN_TIME_S = 20


@contextmanager
def in_time() -> Iterator[None]:
    """What is done inside takes at most `IN_TIME_S` seconds of this process's time."""
    before = time.process_time()
    yield
    assert time.process_time() - before < IN_TIME_S
