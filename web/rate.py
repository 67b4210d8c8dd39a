"""How often a client may ask: a bucket for each, which holds a minute's worth and fills steadily."""

import math
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

REMEMBERED = 10_000
MINUTE = 60.0


class Rate:
    """So many requests a minute for each client, 0: any number. Forgets the clients that were quiet the longest."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, cost: int = 1) -> int:
        """0 if the client may ask now, else the whole seconds to wait."""
        if not self._per_minute:
            return 0
        with self._lock:
            now = self._clock()
            left, seen = self._left.pop(client, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - seen) * self._per_minute / MINUTE)
            may = left >= 1
            self._left[client] = (left - cost if may else left, now)
            if len(self._left) > REMEMBERED:
                self._left.popitem(last=False)
        return 0 if may else math.ceil((1 - left) * MINUTE / self._per_minute)
