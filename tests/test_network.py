"""The reader's network: the real weights, read offline and verified."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import UserError
from rag import network
from rag.network import ReaderModel

MODEL = ReaderModel()
TEXTS = (
    "Ann Lee runs the port of Rotterdam.",
    "The cat slept. 😀 Café Zürich opened in 1987 near the old harbour wall.",
)


def test_the_best_tokens_of_a_plain_statement_are_its_answer() -> None:
    reading = MODEL.read("Who runs the port of Rotterdam?", [""], TEXTS[:1])[0]
    start, end = reading.offsets[reading.starts.argmax(), 0], reading.offsets[reading.ends.argmax(), 1]
    assert TEXTS[0][start:end] == "Ann Lee"


def test_a_passage_that_answers_is_judged_above_one_that_does_not() -> None:
    answering, other = MODEL.read("Who runs the port of Rotterdam?", ["", ""], TEXTS)
    assert answering.answerable > other.answerable
    assert answering.relevance > other.relevance


def test_offsets_point_into_the_text_whatever_the_title_is() -> None:
    for title in ("", "A title, with é and 😀"):
        reading = MODEL.read("when?", [title], TEXTS[1:])[0]
        words = [TEXTS[1][start:end] for start, end in reading.offsets]
        assert words[0] == "The"
        assert "1987" in words


def test_a_text_is_read_alike_alone_and_among_others() -> None:
    alone = MODEL.read("Who runs the port?", [""], TEXTS[:1])[0]
    among = MODEL.read("Who runs the port?", ["", ""], (TEXTS[1], TEXTS[0]))[1]
    for name in ("starts", "ends", "relevance", "answerable"):
        assert np.array_equal(getattr(alone, name), getattr(among, name))


def test_questions_read_at_once_are_read_as_each_alone() -> None:
    questions = ["who runs it? " * 100, "When was it opened?", "why " * 300, "Where is the wall?"] * 4
    alone = [MODEL.read(question, [""], [TEXTS[1] * 20])[0] for question in questions[:4]] * 4
    with ThreadPoolExecutor(4) as clients:
        at_once = list(clients.map(lambda question: MODEL.read(question, [""], [TEXTS[1] * 20])[0], questions))
    for one, other in zip(alone, at_once, strict=True):
        assert np.array_equal(one.offsets, other.offsets)
        assert np.array_equal(one.starts, other.starts)


def test_a_question_of_any_length_leaves_room_for_the_passage() -> None:
    reading = MODEL.read("why " * 500, [""], TEXTS[:1])[0]
    assert len(reading.offsets) == len(reading.starts) > 5


def test_no_texts_give_no_readings() -> None:
    assert MODEL.read("who?", [], []) == []


def test_a_damaged_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = bytearray(network.MODEL.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    copy = tmp_path / "reader.onnx"
    copy.write_bytes(bytes(damaged))
    monkeypatch.setattr(network, "MODEL", copy)
    with pytest.raises(UserError, match="damaged"):
        ReaderModel().read("who?", [""], TEXTS[:1])


def test_a_missing_model_says_what_to_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MODEL", tmp_path / "none.onnx")
    with pytest.raises(UserError, match="restore"):
        ReaderModel().read("who?", [""], TEXTS[:1])
