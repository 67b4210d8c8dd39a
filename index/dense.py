"""Nearest passages by vector: a FAISS index derived from the catalog. The only module that imports faiss."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch  # noqa: F401  (before faiss: on macOS the other order crashes, faiss-wheels#73)

import faiss  # isort: skip

from index.embed import Vectors
from index.files import write_file
from index.homes import Ids

FILE = "dense.faiss"
_faiss: Any = faiss  # its types do not know the parameters of a search
_BATCH = 10_000
_TRAINED_ON = 50_000
_EXACT = 50_000  # a graph finds few of a small selection; so many vectors are compared one by one in 30 ms


def kind_for(passages: int) -> str:
    """The FAISS factory string for a number of passages; measured in the design's table of recalls and times."""
    if passages <= 50_000:
        return "Flat"
    return "SQ8" if passages <= 200_000 else "HNSW16,SQ8"


class DenseIndex:
    """Passage ids by inner product with a unit vector. Nothing changes one: what follows is another."""

    def __init__(self, index: "faiss.IndexIDMap2", kind: str) -> None:
        self._index = index
        self.kind = kind
        self.ids: Ids = np.sort(faiss.vector_to_array(index.id_map))

    @classmethod
    def build(cls, vectors: Iterable[tuple[int, Vectors]], count: int) -> "DenseIndex":
        """From (passage id, vector) pairs; `count` is about how many there are, and chooses the kind."""
        kind, pairs = kind_for(count), iter(vectors)
        ids, first = _matrix(islice(pairs, _TRAINED_ON))
        if not len(ids):
            return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(1)), "Flat")
        index = faiss.IndexIDMap2(faiss.index_factory(first.shape[1], kind, faiss.METRIC_INNER_PRODUCT))
        index.train(first)
        index.add_with_ids(first, ids)
        _add(index, pairs)
        return cls(index, kind)

    @classmethod
    def load(cls, folder: Path) -> "DenseIndex":
        """The saved index; its bytes must be known to be those that were saved, for FAISS does not check them."""
        index = cast("faiss.IndexIDMap2", faiss.deserialize_index(np.fromfile(folder / FILE, dtype=np.uint8)))
        return cls(index, _kind(index))

    def save(self, folder: Path) -> None:
        """Whole or not at all."""
        write_file(folder / FILE, faiss.serialize_index(self._index).data)

    def can_follow(self, count: int, removals: int) -> bool:
        """Whether changes can be applied in place: the kind still fits, and it can remove (HNSW cannot)."""
        empty = self._index.ntotal == 0
        return not empty and self.kind == kind_for(count) and not (removals and self.kind.startswith("HNSW"))

    def followed(self, added: Iterable[tuple[int, Vectors]], removed: Sequence[int]) -> "DenseIndex":
        """The index after changes. Searches in other threads go on in this one."""
        index = cast("faiss.IndexIDMap2", faiss.clone_index(self._index))
        gone = np.intersect1d(self.ids, np.array(removed, dtype=np.int64))
        if len(gone):
            index.remove_ids(faiss.IDSelectorBatch(gone))
        _add(index, iter(added))
        return DenseIndex(index, self.kind)

    def search(self, vector: Vectors, k: int, among: Ids | None = None) -> list[tuple[int, float]]:
        """The k nearest passages as (id, cosine), best first; only those `among` the given ids, if there are any."""
        k = min(k, len(self) if among is None else len(among))
        if k <= 0:
            return []
        if among is not None and self.kind.startswith("HNSW") and len(among) <= _EXACT:
            return self._exact(vector, k, among)
        scores, ids = self._index.search(vector.reshape(1, -1), k, params=self._selecting(k, among))
        return [(int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0]

    def vectors(self, passage_ids: Sequence[int] | Ids) -> Vectors:
        """As the index holds them, which may be rounded: float32 of shape (passages, dimensions)."""
        return self._index.reconstruct_batch(np.asarray(passage_ids, dtype=np.int64))

    def holds(self, passage_ids: Iterable[int]) -> bool:
        """Whether it holds any of the ids."""
        return bool(np.isin(np.array(list(passage_ids), dtype=np.int64), self.ids).any())

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def _selecting(self, k: int, among: Ids | None) -> Any:
        if among is None:
            return None
        selector = faiss.IDSelectorBatch(among)
        if self.kind.startswith("HNSW"):
            return _faiss.SearchParametersHNSW(sel=selector, efSearch=max(256, 2 * k))
        return _faiss.SearchParameters(sel=selector)

    def _exact(self, vector: Vectors, k: int, among: Ids) -> list[tuple[int, float]]:
        ids = np.intersect1d(among, self.ids)
        scores = self.vectors(ids) @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return [(int(ids[i]), float(scores[i])) for i in best]


def _add(index: "faiss.IndexIDMap2", pairs: Iterator[tuple[int, Vectors]]) -> None:
    """Batch by batch, so that the vectors are in memory once."""
    while len((some := _matrix(islice(pairs, _BATCH)))[0]):
        index.add_with_ids(some[1], some[0])


def _matrix(pairs: Iterable[tuple[int, Vectors]]) -> tuple[Ids, Vectors]:
    taken = list(pairs)
    ids = np.array([passage_id for passage_id, _ in taken], dtype=np.int64)
    return ids, np.stack([vector for _, vector in taken]) if taken else np.zeros((0, 1), dtype=np.float32)


def _kind(index: "faiss.IndexIDMap2") -> str:
    inner = type(faiss.downcast_index(index.index)).__name__
    return "HNSW16,SQ8" if "HNSW" in inner else "SQ8" if "ScalarQuantizer" in inner else "Flat"
