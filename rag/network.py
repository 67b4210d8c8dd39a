"""The reader's network at work: passages to logits, with the model in rag/model.

It is trained, and written to that file, by rag/training; the word embeddings are MiniLM's, from its wheel.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from corpus.errors import UserError
from index.embed import wheel_model_folder

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from transformers import PreTrainedTokenizerFast

MODEL = Path(__file__).parent / "model" / "reader.onnx"
HASH = MODEL.with_suffix(".sha256")
_WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"
QUESTION_TOKENS = 64
MAX_TOKENS = 320
_BATCH_TOKENS = 2048


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
            return self._read_all(question, titles, texts) if texts else []

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
            return_tensors="np",
        )
        embedded = self._word_embeddings[encoded["input_ids"]]
        given = {"embedded": embedded, "mask": encoded["attention_mask"], "types": encoded["token_type_ids"]}
        span, judge = self._session.run(["span", "judge"], given)
        return [
            _reading(
                span[i],
                judge[i].tolist(),
                encoded["offset_mapping"][i],
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
    def _word_embeddings(self) -> NDArray[np.float32]:
        """Shape (vocabulary, width); MiniLM's own, which training left as they are."""
        with safe_open(wheel_model_folder() / "model.safetensors", framework="numpy") as file:
            embeddings: NDArray[np.float32] = file.get_tensor(_WORD_EMBEDDINGS)
        return embeddings

    @cached_property
    def _session(self) -> "InferenceSession":
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leave the cores to others between
        return InferenceSession(_verified_model(), options, providers=["CPUExecutionProvider"])


def _verified_model() -> bytes:
    try:
        model = MODEL.read_bytes()
        if hashlib.sha256(model).hexdigest() == HASH.read_text().strip():
            return model
    except OSError as error:
        raise UserError(
            f"the reader's model cannot be read ({error.strerror}); restore the folder rag/model"
        ) from error
    raise UserError("the reader's model is damaged; restore the folder rag/model")


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
