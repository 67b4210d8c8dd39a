"""Calls of several threads done together: who waits shares the next call, and a failure is nobody else's."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from index.embed import SentenceEmbedder
from index.together import Together


class Doubling:
    """Doubles numbers, 13 excepted; the first call waits until it is let go. Remembers its calls."""

    def __init__(self) -> None:
        self.begun, self.go_on = Event(), Event()
        self.calls: list[list[int]] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(list(numbers))
        self.begun.set()
        self.go_on.wait(10)
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]


def doubled(numbers: Sequence[int], most: int) -> tuple[Doubling, list[int | str]]:
    """All but the first come while the first is under way."""
    act = Doubling()
    together = Together(act, most)

    def asked(number: int) -> int | str:
        try:
            return together(number)
        except ValueError as error:
            return f"error {error}"

    with ThreadPoolExecutor(len(numbers)) as pool:
        first = pool.submit(asked, numbers[0])
        act.begun.wait(10)
        others = [pool.submit(asked, number) for number in numbers[1:]]
        while len(together._queue) < len(others):
            pass
        act.go_on.set()
        return act, [each.result(10) for each in (first, *others)]


def test_what_comes_while_a_call_is_under_way_is_done_in_the_next_one() -> None:
    act, results = doubled([1, 2, 3, 4, 5], most=8)
    assert results == [2, 4, 6, 8, 10]
    assert [len(call) for call in act.calls] == [1, 4]


def test_no_more_are_done_at_once_than_may_be() -> None:
    act, results = doubled([1, 2, 3, 4, 5, 6], most=2)
    assert results == [2, 4, 6, 8, 10, 12]
    assert [len(call) for call in act.calls] == [1, 2, 2, 1]


def test_a_failure_is_told_to_whom_it_belongs_and_the_others_get_their_results() -> None:
    _, results = doubled([1, 2, 13, 4], most=8)
    assert results == [2, 4, "error 13", 8]


def test_who_comes_alone_does_not_wait() -> None:
    act = Doubling()
    act.go_on.set()
    together = Together(act, 8)
    assert [together(1), together(2)] == [2, 4]
    assert act.calls == [[1], [2]]


def test_questions_embedded_together_get_the_vectors_that_they_get_alone(sentence_embedder: SentenceEmbedder) -> None:
    questions = ["Who denied the deal?", "Why?", "How much did the company pay for the other company in the end?"] * 4
    alone = [sentence_embedder.embed_query(question) for question in questions]
    with ThreadPoolExecutor(len(questions)) as pool:
        together = list(pool.map(sentence_embedder.embed_query, questions))
    for one, other in zip(alone, together, strict=True):
        assert one.shape == other.shape
        assert one @ other == pytest.approx(1, abs=1e-5)
        assert abs(one - other).max() < 1e-5
