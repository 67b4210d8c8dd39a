"""The reader's network at work: passages to logits, with the model in rag/model.

It is trained, and written to that file, by rag/training; the word embeddings are MiniLM's, from its wheel.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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
    from tokenizers import Encoding
    from transformers import PreTrainedTokenizerFast

MODEL = Path(__file__).parent / "model" / "reader.onnx"
HASH = MODEL.with_suffix(".sha256")
_WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"
QUESTION_TOKENS = 64
MAX_TOKENS = 320
_CORES = os.cpu_count() or 1


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
    """The trained network, loaded when first needed and verified by hash; each core reads a passage of its own."""

    def __init__(self) -> None:
        self._tokenizing = Lock()  # the tokenizer's truncation is state that threads would share
        self._readers = ThreadPoolExecutor(_CORES, thread_name_prefix="reader")

    def read(self, question: str, titles: Sequence[str], texts: Sequence[str]) -> list[PassageReading]:
        """One reading per text, the same whichever texts are read beside it.

        Each has a pass of its own on one core: its 8-bit activations are scaled by its own values, and two cores
        that need not wait for each other at every step read two passages sooner than one after the other.
        """
        if not texts:
            return []
        prefixes = [f"{title}\n" if title else "" for title in titles]
        with self._tokenizing:
            encoded = self._tokenizer(
                [self._shortened(question)] * len(texts),
                [prefix + text for prefix, text in zip(prefixes, texts, strict=True)],
                truncation="only_second",
                max_length=MAX_TOKENS,
            )
        return list(self._readers.map(self._read, encoded.encodings, map(len, prefixes)))

    def _read(self, encoded: "Encoding", first: int) -> PassageReading:
        """What is said of the text that begins at this place of the second part."""
        ids = np.array([encoded.ids], dtype=np.int64)
        given = {
            "embedded": self._word_embeddings[ids],
            "mask": np.ones_like(ids),
            "types": np.array([encoded.type_ids], dtype=np.int64),
        }
        (span,), (judge,) = self._session.run(["span", "judge"], given)
        offsets = np.array(encoded.offsets, dtype=np.int64)
        in_text = np.array([sequence == 1 for sequence in encoded.sequence_ids])
        own = np.flatnonzero(in_text & (offsets[:, 0] >= first))
        starts, ends = (span - span[0])[own].T
        return PassageReading(offsets[own] - first, starts, ends, float(judge[0]), float(judge[1]))

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
        options.intra_op_num_threads = 1
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
