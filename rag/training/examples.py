"""What the reader is shown: each question with its passage, and with passages that do not answer it.

Negatives are dense neighbours of the question in the same collection, SQuAD 2.0's adversarial questions, and
questions in which a name or year was exchanged for another of the same article.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.sentences import sentences
from index.embed import Embedder
from rag.training.squad import Asked

WINDOW_TOKENS = 180
NEIGHBOURS = 12
KEPT_NEIGHBOURS = 8
TITLE_SHARE = 0.7
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b(?:[A-Z][\w'’.-]+)(?: (?:of |the )?[A-Z][\w'’.-]+)*|\b\d{4}\b")


@dataclass(frozen=True, slots=True)
class Shares:
    """Of a collection's answerable questions, how many are used in an epoch, and again with a negative."""

    used: float
    neighbour: float
    exchanged: float


SHARES = {
    "squad2": Shares(1.0, 0.6, 0.3),
    "wiki": Shares(1.0, 0.6, 0.35),
    "qamr": Shares(1.0, 0.4, 0.15),
    "reddit": Shares(0.4, 0.3, 0.0),
    "amazon": Shares(0.4, 0.3, 0.0),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a title or "", a window of text, and the answer's offsets in it or None.

    `relevant` says whether the window is from the paragraph that the question was asked of; None where a
    question was made unanswerable, which says nothing of relevance.
    """

    question: str
    title: str
    window: str
    answer: tuple[int, int] | None
    relevant: bool | None


class ExampleMaker:
    """Makes the examples of one collection, newly for each epoch, from one source of chance."""

    def __init__(self, collection: str, asked: Sequence[Asked], embedder: Embedder, chance: random.Random) -> None:
        self._asked = asked
        self._shares = SHARES[collection]
        self._chance = chance
        self._embedder = embedder
        self._neighbours = _neighbours(asked, embedder)
        self._names: dict[str, set[str]] = {}
        for each in asked:
            names = self._names.setdefault(self._scope(each), set())
            names.update(match.group() for match in _NAME.finditer(each.paragraph))

    def examples(self) -> Iterator[Example]:
        """One epoch's examples, in no particular order."""
        for each, neighbours in zip(self._asked, self._neighbours, strict=True):
            if not each.answers:
                yield self._example(each.question, each.paragraph, each.title, None, None)
            elif self._chance.random() < self._shares.used:
                yield self._example(each.question, each.paragraph, each.title, self._chance.choice(each.answers), True)
                if neighbours and self._chance.random() < self._shares.neighbour:
                    title = each.title if self._chance.random() < 0.5 else ""
                    yield self._example(each.question, self._chance.choice(neighbours), title, None, False)
                exchanged = self._exchanged(each) if self._chance.random() < self._shares.exchanged else None
                if exchanged:
                    yield self._example(exchanged, each.paragraph, each.title, None, None)

    def _example(
        self, question: str, paragraph: str, title: str, answer: tuple[str, int] | None, relevant: bool | None
    ) -> Example:
        kept = (answer[1], answer[1] + len(answer[0])) if answer else None
        start, end = self._window(paragraph, kept)
        title = title if self._chance.random() < TITLE_SHARE else ""
        inside = (kept[0] - start, kept[1] - start) if kept else None
        return Example(question, title, paragraph[start:end], inside, relevant)

    def _window(self, text: str, kept: tuple[int, int] | None) -> tuple[int, int]:
        """A stretch of about WINDOW_TOKENS that starts with a sentence and holds the answer."""
        tokens = self._embedder.count_tokens([text])[0]
        if tokens <= WINDOW_TOKENS:
            return 0, len(text)
        width = int(WINDOW_TOKENS * len(text) / tokens * 0.97)
        starts = [sentence.start for sentence in sentences(text)]
        if kept:
            fitting = [s for s in starts if s <= kept[0] and s + width >= kept[1]]
            start = self._chance.choice(fitting or [max(0, kept[0] - width // 2)])
        else:
            start = self._chance.choice([s for s in starts if s + width <= len(text)] or [0])
        return start, min(len(text), start + width)

    def _exchanged(self, each: Asked) -> str | None:
        """The question with one name or year exchanged, so that its paragraph no longer answers it."""
        places = list(_NAME.finditer(each.question))
        if not places:
            return None
        place = self._chance.choice(places)
        old = place.group()
        others = [name for name in sorted(self._names[self._scope(each)]) if _may_replace(name, old, each)]
        if not others and old.isdigit():
            others = [str(int(old) + self._chance.choice((-7, -3, -1, 1, 2, 5, 10)))]
        return (
            each.question[: place.start()] + self._chance.choice(others) + each.question[place.end() :]
            if others
            else None
        )

    @staticmethod
    def _scope(each: Asked) -> str:
        return each.article or each.paragraph


def _may_replace(name: str, old: str, each: Asked) -> bool:
    in_answer = any(name in answer or answer in name for answer, _ in each.answers)
    return name.isdigit() == old.isdigit() and name not in each.question and old not in name and not in_answer


def _neighbours(asked: Sequence[Asked], embedder: Embedder) -> list[list[str]]:
    """For each question, the paragraphs nearest to it that do not hold its answer."""
    paragraphs = sorted({each.paragraph for each in asked})
    nearest = embedder.embed_passages([each.question for each in asked]) @ embedder.embed_passages(paragraphs).T
    found = []
    for each, row in zip(asked, np.argsort(-nearest, axis=1)[:, :NEIGHBOURS], strict=True):
        answers = [text.lower() for text, _ in each.answers or each.plausible]
        near = [paragraphs[i] for i in row if paragraphs[i] != each.paragraph]
        found.append([p for p in near if not any(text in p.lower() for text in answers)][:KEPT_NEIGHBOURS])
    return found
