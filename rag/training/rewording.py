"""Questions with a word exchanged for one near it in meaning: whether their paragraph still answers, a teacher says.

After TinyBERT's examples (Jiao et al. 2020, https://arxiv.org/abs/1909.10351). What comes out reads as a question,
mostly: a word is taken from where it stands between the same words in another question.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from index.embed import Embedder

NEAR = (0.35, 0.62)
"""Cosines of two words that are about the same thing, but seldom mean the same."""
SEEN = 3
"""In how many places a word stands in questions before it is taken for another."""
NEAREST, CHOICE = 400, 12
_STEM = 5
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d+|[^\sA-Za-z\d]")
_ENDING = re.compile(r"(?<=...)(?:tion|ment|ness|ity|ing|ed|ly|est|er|al|ic|ous|ive|ies|s)$")
_LITTLE = frozenset(
    """a an the of in on at to for from by with and or is are was were be been did does do has have had can could will
    would who whom whose what which when where why how many much it its his her their he she they that this these those
    as into about after before during between than not no s one two""".split()
)

Place = tuple[str, str, str]
"""Where a word can stand: the kind of word before it, its own ending, the kind of word after it."""


class Rewording:
    """Rewords questions with the words of many."""

    def __init__(self, questions: Sequence[str], embedder: Embedder) -> None:
        seen: Counter[str] = Counter()
        places: dict[str, set[Place]] = defaultdict(set)
        for question in questions:
            for match, place in _words(question):
                seen[match.group()] += 1
                places[match.group()].add(place)
        self._words = [word for word, times in seen.items() if times >= SEEN]
        self._places = [places[word] for word in self._words]
        self._row = {word: row for row, word in enumerate(self._words)}
        self._vectors = embedder.embed_passages(self._words)

    def reworded(self, question: str, paragraph: str, chance: random.Random) -> str | None:
        """The question with one word exchanged for one that its paragraph does not hold; None if none fits."""
        words = [pair for pair in _words(question) if pair[0].group() in self._row]
        chance.shuffle(words)
        for match, place in words:
            others = [other for other in self._near(match.group(), place) if _is_new(other, question, paragraph)]
            if others:
                return question[: match.start()] + chance.choice(others[:CHOICE]) + question[match.end() :]
        return None

    def _near(self, word: str, place: Place) -> list[str]:
        """Words of other stems near it in meaning that can stand in the place, nearest first."""
        cosines = self._vectors @ self._vectors[self._row[word]]
        low, high = NEAR
        rows = [row for row in np.argsort(-cosines)[:NEAREST] if low <= cosines[row] <= high]
        found = [self._words[row] for row in rows if place in self._places[row]]
        return [other for other in found if other[:_STEM] != word[:_STEM]]


def _words(question: str) -> Iterator[tuple[re.Match[str], Place]]:
    """Its words that mean something and are no names, but for the first."""
    all_words = list(_WORD.finditer(question))
    for before, match, after in zip(all_words, all_words[1:], [*all_words[2:], None], strict=False):
        word = match.group()
        if word.isalpha() and word.islower() and len(word) >= 4 and word not in _LITTLE:
            yield match, (_kind(before.group()), _ending(word), _kind(after.group() if after else "?"))


def _kind(word: str) -> str:
    if word.lower() in _LITTLE or word == "?":
        return word.lower()
    return "name" if word[0].isupper() else "word"


def _ending(word: str) -> str:
    found = _ENDING.search(word)
    return found.group() if found else ""


def _is_new(word: str, question: str, paragraph: str) -> bool:
    return word not in question and word[:_STEM] not in paragraph.lower()
