"""Which document each passage is of, kept in memory: a search ranks hundreds of passages, and shows a few."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Ids = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Home:
    """The key of a passage's document, and how many passages that has."""

    document: int
    passages: int


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Passage ids, ascending, and beside each the key of its document; `documents` are those keys, each once."""

    passage_ids: Ids
    keys: Ids
    documents: Ids = field(init=False)
    _counts: Ids = field(init=False)
    _firsts: Ids = field(init=False)

    def __post_init__(self) -> None:
        documents, firsts, counts = np.unique(self.keys, return_index=True, return_counts=True)
        object.__setattr__(self, "documents", documents)
        object.__setattr__(self, "_counts", counts)
        object.__setattr__(self, "_firsts", self.passage_ids[firsts])

    def first(self, document: int) -> int:
        """The id of the first passage of a document that has one here."""
        return int(self._firsts[np.searchsorted(self.documents, document)])

    def of(self, passage_ids: Sequence[int]) -> dict[int, Home]:
        """The homes of the passages that exist, by id."""
        if not len(self.passage_ids):
            return {}
        wanted = np.array(passage_ids, dtype=np.int64)
        places = np.searchsorted(self.passage_ids, wanted).clip(max=len(self.passage_ids) - 1)
        there = self.passage_ids[places] == wanted
        keys = self.keys[places[there]]
        counts = self._counts[np.searchsorted(self.documents, keys)]
        homes = map(Home, keys.tolist(), counts.tolist())
        return dict(zip(wanted[there].tolist(), homes, strict=True))
