"""Examples to padded tensors: tokens, which of them may answer, and where the answer is."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedTokenizerFast

from rag.training.examples import Example

MAX_TOKENS = 256
BATCH_TOKENS = 6000
BATCH_MOST = 64
POOL = 2000
"""Batches of like length are made within pools of this many examples, so that epochs differ."""
UNKNOWN = -1.0
NOWHERE = -100
"""The place of an answer of which nothing is known: torch's cross-entropy passes over it."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example in tokens. `allowed` marks those that may answer, and the first, which means "no answer"."""

    ids: list[int]
    types: list[int]
    allowed: list[bool]
    start: int
    end: int
    relevant: float
    answerable: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors of shape (examples, tokens) and targets of shape (examples,)."""

    ids: torch.Tensor
    mask: torch.Tensor
    types: torch.Tensor
    allowed: torch.Tensor
    start: torch.Tensor
    end: torch.Tensor
    relevant: torch.Tensor
    answerable: torch.Tensor


def encode(examples: Sequence[Example], tokenizer: PreTrainedTokenizerFast) -> Iterator[Encoded]:
    """The examples in tokens; those whose answer would be cut off are left out."""
    for first in range(0, len(examples), POOL):
        some = examples[first : first + POOL]
        encoding = tokenizer(
            [each.question for each in some],
            [_second(each) for each in some],
            truncation="longest_first",
            max_length=MAX_TOKENS,
            return_offsets_mapping=True,
        )
        for i, each in enumerate(some):
            encoded = _encoded(
                each,
                encoding["input_ids"][i],
                encoding["token_type_ids"][i],
                encoding["offset_mapping"][i],
                encoding.sequence_ids(i),
            )
            if encoded:
                yield encoded


def batches(encoded: Sequence[Encoded], chance: random.Random) -> list[Batch]:
    """All examples in batches of at most BATCH_TOKENS tokens with padding, in random order."""
    shuffled = list(encoded)
    chance.shuffle(shuffled)
    groups: list[list[Encoded]] = []
    for first in range(0, len(shuffled), POOL):
        groups.append([])
        for each in sorted(shuffled[first : first + POOL], key=lambda one: len(one.ids)):
            full = (len(groups[-1]) + 1) * len(each.ids) > BATCH_TOKENS or len(groups[-1]) >= BATCH_MOST
            if groups[-1] and full:
                groups.append([])
            groups[-1].append(each)
    chance.shuffle(groups)
    return [_padded(group) for group in groups]


def _second(example: Example) -> str:
    return f"{example.title}\n{example.window}" if example.title else example.window


def _encoded(
    example: Example,
    ids: list[int],
    types: list[int],
    offsets: list[tuple[int, int]],
    sequences: list[int | None],
) -> Encoded | None:
    prefix = len(example.title) + 1 if example.title else 0
    allowed = [sequence == 1 and at[0] >= prefix for sequence, at in zip(sequences, offsets, strict=True)]
    start = end = NOWHERE if example.answer_unknown else 0
    if example.answer:
        first, last = example.answer[0] + prefix, example.answer[1] + prefix
        inside = [i for i, at in enumerate(offsets) if allowed[i] and at[1] > first and at[0] < last]
        if not inside:
            return None
        start, end = inside[0], inside[-1]
    allowed[0] = True
    relevant = UNKNOWN if example.relevant is None else float(example.relevant)
    answerable = UNKNOWN if example.answer_unknown else float(example.answer is not None)
    return Encoded(ids, types, allowed, start, end, relevant, answerable)


def _padded(group: Sequence[Encoded]) -> Batch:
    width = max(len(each.ids) for each in group)

    def padded(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
        return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows])

    return Batch(
        ids=padded([each.ids for each in group], 0),
        mask=padded([[1] * len(each.ids) for each in group], 0),
        types=padded([each.types for each in group], 0),
        allowed=padded([each.allowed for each in group], 0).bool(),
        start=torch.tensor([each.start for each in group]),
        end=torch.tensor([each.end for each in group]),
        relevant=torch.tensor([each.relevant for each in group]),
        answerable=torch.tensor([each.answerable for each in group]),
    )
