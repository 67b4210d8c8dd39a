"""SciFact's training claims: abstracts that bear on a claim, and near ones that do not. They teach relevance only."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from corpus.errors import DataError
from index.embed import Embedder
from rag.training.examples import Example, cut
from rag.training.neighbours import KEPT, nearest

FOLDER = Path("scifact")
NEGATIVES = 4


class ClaimMaker:
    """Makes the examples of one epoch from claims, abstracts and judgements in BEIR's layout below a data folder.

    Raises DataError if they cannot be read.
    """

    def __init__(self, data: Path, embedder: Embedder) -> None:
        folder = data / FOLDER
        try:
            abstracts = {row["_id"]: (row["title"], row["text"]) for row in _rows(folder / "corpus.jsonl")}
            claims = {row["_id"]: row["text"] for row in _rows(folder / "queries_train.jsonl")}
            relevant: dict[str, list[str]] = {}
            for line in (folder / "qrels_train.tsv").read_text(encoding="utf-8").splitlines()[1:]:
                claim, abstract, grade = line.split("\t")
                relevant.setdefault(claim, []).extend([abstract] if int(grade) > 0 else [])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{folder}: is not SciFact in BEIR's layout ({error!r})") from error
        self._embedder = embedder
        self._abstracts = abstracts
        self._claims = [(claims[claim], found) for claim, found in relevant.items() if found]
        self._near = self._nearest()

    def examples(self, chance: Random) -> Iterator[Example]:
        """Every claim with each abstract that bears on it, and with NEGATIVES near ones."""
        for (claim, found), near in zip(self._claims, self._near, strict=True):
            for abstract in found:
                yield self._example(claim, abstract, True, chance)
            for abstract in chance.sample(near, min(NEGATIVES, len(near))):
                yield self._example(claim, abstract, False, chance)

    def _example(self, claim: str, abstract: str, relevant: bool, chance: Random) -> Example:
        title, text = self._abstracts[abstract]
        start, end = cut(text, None, self._embedder, chance)
        return Example(claim, title, text[start:end], None, relevant, answer_unknown=True)

    def _nearest(self) -> list[list[str]]:
        ids = list(self._abstracts)
        places = nearest(
            [claim for claim, _ in self._claims], ["\n".join(self._abstracts[i]) for i in ids], self._embedder
        )
        return [
            [ids[place] for place in near if ids[place] not in found][:KEPT]
            for (_, found), near in zip(self._claims, places, strict=True)
        ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
