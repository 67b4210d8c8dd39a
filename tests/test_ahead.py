"""Work ahead: in order, never further than the depth, and ended in whatever way its use ends."""

import threading
import time
from collections.abc import Iterator

import pytest

from index.ahead import ahead


def counted(to: int, made: list[int]) -> Iterator[int]:
    for number in range(to):
        made.append(number)
        yield number


def nothing() -> None:
    """Nothing needs to be interrupted."""


def test_the_items_come_in_order_and_all_of_them() -> None:
    with ahead(counted(100, []), 3, nothing) as items:
        assert list(items) == list(range(100))


def test_no_more_is_made_than_the_depth() -> None:
    made: list[int] = []
    with ahead(counted(100, made), 3, nothing) as items:
        assert next(items) == 0
        time.sleep(0.3)
        assert 1 < len(made) <= 1 + 3 + 1


def test_what_goes_wrong_is_raised_where_the_items_are_used() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise KeyError("two")

    with ahead(broken(), 3, nothing) as items:
        assert next(items) == 1
        with pytest.raises(KeyError, match="two"):
            next(items)


def test_who_leaves_early_interrupts_the_maker_and_leaves_no_thread() -> None:
    before, interrupted = threading.active_count(), threading.Event()

    def waiting() -> Iterator[int]:
        yield 1
        interrupted.wait(30)

    with pytest.raises(KeyboardInterrupt), ahead(waiting(), 3, interrupted.set) as items:
        assert next(items) == 1
        raise KeyboardInterrupt
    assert threading.active_count() == before
