"""How fast passages are read: the passages are there, and both ways of reading them run."""

import pytest

from eval import ratio, reading
from rag.build import build_assistant


def test_both_ways_of_reading_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratio, "REPEATS", 1)
    measured = reading.reading_speed(build_assistant(), "Who denied the deal?")
    assert measured.name.endswith("tokens, reranked and read")
    assert int(measured.name.split()[0]) == reading.PASSAGES
    assert measured.value > 0
    assert measured.limit_value > 0
