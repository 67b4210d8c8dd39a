"""Nearest passages by vector: a FAISS index derived from the catalog. The only module that imports faiss."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch  # noqa: F401  (before faiss: on macOS the other order crashes, faiss-wheels#73)

import faiss  # isort: skip

from index.embed import Vectors
from index.files import write_file

FILE = "dense.faiss"
STAMP = "dense.json"
_BATCH = 10_000


def kind_for(passages: int) -> str:
    """The FAISS factory string for a number of passages; measured in the design's table of recalls and times."""
    if passages <= 50_000:
        return "Flat"
    return "SQ8" if passages <= 200_000 else "HNSW16,SQ8"


class DenseIndex:
    """Passage ids by inner product with a unit vector. `generation` is the catalog's that it reflects."""

    def __init__(self, index: "faiss.IndexIDMap2", kind: str, generation: int) -> None:
        self._index = index
        self.kind = kind
        self.generation = generation

    @classmethod
    def build(cls, vectors: Iterable[tuple[int, Vectors]], count: int, generation: int) -> "DenseIndex":
        """From (passage id, vector) pairs; `count` is about how many there are, and chooses the kind."""
        pairs = list(vectors)
        kind = kind_for(count)
        if not pairs:
            return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(1)), "Flat", generation)
        matrix = np.stack([vector for _, vector in pairs])
        index = faiss.IndexIDMap2(faiss.index_factory(matrix.shape[1], kind, faiss.METRIC_INNER_PRODUCT))
        index.train(matrix)
        index.add_with_ids(matrix, np.array([passage_id for passage_id, _ in pairs], dtype=np.int64))
        return cls(index, kind, generation)

    @classmethod
    def load(cls, folder: Path) -> "DenseIndex | None":
        """The saved index, or None if there is none or its bytes are not those that were saved."""
        try:
            stamp = json.loads((folder / STAMP).read_text())
            data = (folder / FILE).read_bytes()
            if hashlib.sha256(data).hexdigest() != stamp["sha256"]:
                return None
            index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
            return cls(cast("faiss.IndexIDMap2", index), stamp["kind"], stamp["generation"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, folder: Path) -> None:
        """Written beside and renamed; the stamp last, so that a crash between the two leaves a mismatch."""
        data = faiss.serialize_index(self._index).tobytes()
        stamp = {"generation": self.generation, "kind": self.kind, "sha256": hashlib.sha256(data).hexdigest()}
        write_file(folder / FILE, data)
        write_file(folder / STAMP, json.dumps(stamp).encode())

    def can_follow(self, count: int, removals: int) -> bool:
        """Whether changes can be applied in place: the kind still fits, and it can remove (HNSW cannot)."""
        empty = self._index.ntotal == 0
        return not empty and self.kind == kind_for(count) and not (removals and self.kind.startswith("HNSW"))

    def apply(self, added: Iterable[tuple[int, Vectors]], removed: Sequence[int], generation: int) -> None:
        """Follow the catalog to a generation. Ids that are already there are replaced."""
        pairs = list(added)
        # Searches in other threads go on in the old one.
        index = cast("faiss.IndexIDMap2", faiss.clone_index(self._index))
        gone = set(self.ids()) & {*removed, *(passage_id for passage_id, _ in pairs)}
        if gone:
            index.remove_ids(faiss.IDSelectorBatch(np.array(sorted(gone), dtype=np.int64)))
        for first in range(0, len(pairs), _BATCH):
            some = pairs[first : first + _BATCH]
            ids = np.array([passage_id for passage_id, _ in some], dtype=np.int64)
            index.add_with_ids(np.stack([vector for _, vector in some]), ids)
        self._index = index
        self.generation = generation

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """The k nearest passages as (id, cosine), best first."""
        index = self._index
        k = min(k, index.ntotal)
        if k <= 0:
            return []
        scores, ids = index.search(vector.reshape(1, -1), k)
        return [(int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0]

    def ids(self) -> list[int]:
        """The ids of all passages it holds."""
        return [int(i) for i in faiss.vector_to_array(self._index.id_map)]

    def __len__(self) -> int:
        return int(self._index.ntotal)
