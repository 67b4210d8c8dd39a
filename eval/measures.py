"""Measures of answers. Those of retrieval come from ir_measures."""

import re
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = re.compile(r"[^\w\s]")


def normalised(text: str) -> str:
    """As SQuAD's own scorer compares answers: lower case, no punctuation, no articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", _PUNCTUATION.sub("", text.lower())).split())


def holds(text: str, answer: str) -> bool:
    """Whether the words of an answer stand in a text, one after the other; `Alliance` stands in `Alliance’s`."""
    return f" {_words(answer)} " in f" {_words(text)} "


def _words(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", _PUNCTUATION.sub(" ", text.lower())).split())


def token_f1(predicted: str, gold: str) -> float:
    """The harmonic mean of precision and recall over normalised words (Rajpurkar et al. 2016)."""
    found, wanted = normalised(predicted).split(), normalised(gold).split()
    if not found or not wanted:
        return float(found == wanted)
    common = sum((Counter(found) & Counter(wanted)).values())
    return 2 * common / (len(found) + len(wanted))


def share(flags: Sequence[bool]) -> float:
    """The share that is true; 0 of nothing."""
    return sum(flags) / len(flags) if flags else 0.0


def overlap(first: tuple[int, int], second: tuple[int, int]) -> int:
    """How many characters two spans have in common."""
    return max(0, min(first[1], second[1]) - max(first[0], second[0]))
