"""What the reader is shown: each question with its passage, and with passages that do not answer it.

Negatives are dense and BM25 neighbours of the question in the same collection, SQuAD 2.0's adversarial questions,
questions in which a name or year was exchanged for another of the same article, and questions turned into their
opposite. Questions with a word exchanged for one near it may still be answered: those are a teacher's to judge. Some
passages are widened by their article's other paragraphs, as the index's passages are.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.sentences import sentences
from index.embed import Embedder
from rag.training.neighbours import KEPT, nearest
from rag.training.opposites import turned
from rag.training.rewording import Rewording
from rag.training.squad import Asked

WINDOW_TOKENS = 200
TITLE_SHARE = 0.7
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b(?:[A-Z][\w'’.-]+)(?: (?:of |the )?[A-Z][\w'’.-]+)*|\b\d{4}\b")


@dataclass(frozen=True, slots=True)
class Shares:
    """Of a collection's answerable questions, how many are used in an epoch, and again as a negative or reworded.

    `company` is the share of passages that are widened, by at most `companions` paragraphs.
    """

    used: float
    neighbour: float
    exchanged: float
    turned: float
    reworded: float
    company: float
    companions: int


SHARES = {
    "squad2": Shares(1.0, 0.8, 0.35, 0.3, 0.8, 0.3, 1),
    "wiki": Shares(1.0, 0.7, 0.35, 0.25, 0.35, 0.3, 1),
    "qamr": Shares(0.9, 0.4, 0.15, 0.12, 0.55, 0.7, 6),
    "reddit": Shares(0.45, 0.35, 0.12, 0.08, 0.4, 0.2, 1),
    "amazon": Shares(0.4, 0.3, 0.1, 0.05, 0.3, 0.2, 1),
    "written": Shares(1.0, 0.6, 0.15, 0.1, 0.35, 0.4, 2),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a title or "", a window of text, and the answer's offsets in it or None.

    `relevant` says whether the window is from the paragraph that the question was asked of; None where a
    question was made another, which says nothing of relevance. If `answer_unknown`, whether and where the window
    answers is not known.
    """

    question: str
    title: str
    window: str
    answer: tuple[int, int] | None
    relevant: bool | None
    answer_unknown: bool = False


class ExampleMaker:
    """Makes the examples of one collection, newly for each epoch, with questions reworded if there is a way."""

    def __init__(
        self, collection: str, asked: Sequence[Asked], embedder: Embedder, rewording: Rewording | None = None
    ) -> None:
        self._asked = asked
        self._shares = SHARES[collection]
        self._embedder = embedder
        self._rewording = rewording
        self._neighbours = _neighbours(asked, embedder)
        self._names: dict[str, set[str]] = {}
        self._paragraphs: dict[str, dict[str, None]] = {}
        for each in asked:
            names = self._names.setdefault(_scope(each), set())
            names.update(match.group() for match in _NAME.finditer(each.paragraph))
            self._paragraphs.setdefault(each.article, {})[each.paragraph] = None

    def examples(self, chance: random.Random) -> Iterator[Example]:
        """One epoch's examples, in no particular order."""
        for each, neighbours in zip(self._asked, self._neighbours, strict=True):
            if not each.answers:
                yield self._example(each, each.question, None, None, chance)
            elif chance.random() < self._shares.used:
                yield self._example(each, each.question, chance.choice(each.answers), True, chance)
                if neighbours and chance.random() < self._shares.neighbour:
                    yield self._negative(each, chance.choice(neighbours), chance)
                exchanged = self._exchanged(each, chance) if chance.random() < self._shares.exchanged else None
                opposite = turned(each.question, chance) if chance.random() < self._shares.turned else None
                for other in filter(None, (exchanged, opposite)):
                    yield self._example(each, other, None, None, chance)
                if reworded := self._reworded(each, chance):
                    yield replace(self._example(each, reworded, None, None, chance), answer_unknown=True)

    def _example(
        self, each: Asked, question: str, answer: tuple[str, int] | None, relevant: bool | None, chance: random.Random
    ) -> Example:
        text, shift = self._widened(each.paragraph, each, chance)
        kept = (answer[1] + shift, answer[1] + shift + len(answer[0])) if answer else None
        whole = (shift, shift + len(each.paragraph))
        start, end = cut(text, kept or (whole if relevant is None else None), self._embedder, chance)
        title = each.title if chance.random() < TITLE_SHARE else ""
        inside = (kept[0] - start, kept[1] - start) if kept else None
        return Example(question, title, text[start:end], inside, relevant)

    def _negative(self, each: Asked, neighbour: str, chance: random.Random) -> Example:
        text, _ = self._widened(neighbour, each, chance)
        start, end = cut(text, None, self._embedder, chance)
        title = each.title if chance.random() < TITLE_SHARE / 2 else ""
        return Example(each.question, title, text[start:end], None, False)

    def _widened(self, paragraph: str, each: Asked, chance: random.Random) -> tuple[str, int]:
        """The paragraph among some others of the article that do not hold the answer, and where it begins."""
        if chance.random() >= self._shares.company:
            return paragraph, 0
        answers = [text.lower() for text, _ in each.answers or each.plausible]
        others = [
            other
            for other in self._paragraphs[each.article]
            if other not in (paragraph, each.paragraph) and not any(answer in other.lower() for answer in answers)
        ]
        chosen = chance.sample(others, min(len(others), chance.randint(1, self._shares.companions)))
        place = chance.randint(0, len(chosen))
        before = "".join(f"{other}\n\n" for other in chosen[:place])
        return before + "\n\n".join([paragraph, *chosen[place:]]), len(before)

    def _reworded(self, each: Asked, chance: random.Random) -> str | None:
        if self._rewording is None or chance.random() >= self._shares.reworded:
            return None
        return self._rewording.reworded(each.question, each.paragraph, chance)

    def _exchanged(self, each: Asked, chance: random.Random) -> str | None:
        """The question with one name or year exchanged, so that its paragraph no longer answers it."""
        places = list(_NAME.finditer(each.question))
        if not places:
            return None
        place = chance.choice(places)
        old = place.group()
        others = [name for name in sorted(self._names[_scope(each)]) if _may_replace(name, old, each)]
        if not others and old.isdigit():
            others = [str(int(old) + chance.choice((-7, -3, -1, 1, 2, 5, 10)))]
        return each.question[: place.start()] + chance.choice(others) + each.question[place.end() :] if others else None


def cut(text: str, kept: tuple[int, int] | None, embedder: Embedder, chance: random.Random) -> tuple[int, int]:
    """A stretch of about WINDOW_TOKENS that starts with a sentence and holds what is to be kept, as far as it fits."""
    tokens = embedder.count_tokens([text])[0]
    if tokens <= WINDOW_TOKENS:
        return 0, len(text)
    width = int(WINDOW_TOKENS * len(text) / tokens * 0.97)
    starts = [sentence.start for sentence in sentences(text)]
    if kept:
        fitting = [start for start in starts if start <= kept[0] and start + width >= kept[1]]
        longer_than_it = kept[0] if kept[1] - kept[0] > width else max(0, kept[0] - width // 2)
        start = chance.choice(fitting or [longer_than_it])
    else:
        start = chance.choice([start for start in starts if start + width <= len(text)] or [0])
    return start, min(len(text), start + width)


def _scope(each: Asked) -> str:
    return each.article or each.paragraph


def _may_replace(name: str, old: str, each: Asked) -> bool:
    in_answer = any(name in answer or answer in name for answer, _ in each.answers)
    return name.isdigit() == old.isdigit() and name not in each.question and old not in name and not in_answer


def _neighbours(asked: Sequence[Asked], embedder: Embedder) -> list[list[str]]:
    """For each question, the paragraphs nearest to it that do not hold its answer."""
    paragraphs = sorted({each.paragraph for each in asked})
    found = []
    for each, places in zip(asked, nearest([each.question for each in asked], paragraphs, embedder), strict=True):
        answers = [text.lower() for text, _ in each.answers or each.plausible]
        near = [paragraphs[place] for place in places if paragraphs[place] != each.paragraph]
        found.append([p for p in near if not any(text in p.lower() for text in answers)][:KEPT])
    return found
