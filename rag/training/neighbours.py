"""What a retriever would confuse: for each question the paragraphs nearest to it that do not answer it."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from index.embed import Embedder
from index.lexical import LexicalIndex

NEAREST = 12
KEPT = 10


def nearest(questions: Sequence[str], texts: Sequence[str], embedder: Embedder) -> list[list[int]]:
    """For each question the places in `texts` of its nearest, by cosine and by BM25 in turn, each once."""
    cosines = embedder.embed_passages(questions) @ embedder.embed_passages(texts).T
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex.create(Path(folder) / "lexical")
        index.apply([(place, 0, "", text) for place, text in enumerate(texts)], [])
        lexical = [[place for place, _ in index.search(question, NEAREST)] for question in questions]
    dense = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST].tolist()
    return [_in_turn(pair) for pair in zip(dense, lexical, strict=True)]


def _in_turn(rankings: Iterable[list[int]]) -> list[int]:
    first, second = rankings
    both = [place for pair in zip(first, second, strict=False) for place in pair]
    return list(dict.fromkeys([*both, *first, *second]))
