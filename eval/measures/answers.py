"""How near an answer's words are to the right ones.

`normalised`, `exact_match`, `token_f1` and `best_f1` give the figures of SQuAD 2.0's own `evaluate-v2.0.py`
(Rajpurkar, Jia & Liang 2018), which measures a refusal as the empty answer. `holds` and `said` are this
project's: they look for the answer inside a whole sentence.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_ASCII_PUNCTUATION = str.maketrans("", "", string.punctuation)
_PUNCTUATION = re.compile(r"[^\w\s]")


def normalised(text: str) -> str:
    """Lower case, without ASCII punctuation (the script leaves “these” be), articles and double spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_ASCII_PUNCTUATION)).split())


def exact_match(predicted: str, golds: Sequence[str]) -> float:
    """1 if the normalised prediction is one of the normalised golds, else 0; no golds: the right answer is none."""
    return float(any(normalised(predicted) == normalised(gold) for gold in _usable(golds)))


def token_f1(predicted: str, gold: str) -> float:
    """The harmonic mean of precision and recall over normalised words; if either has none: 1 if both have none."""
    found, wanted = normalised(predicted).split(), normalised(gold).split()
    if not found or not wanted:
        return float(found == wanted)
    common = (Counter(found) & Counter(wanted)).total()
    if common == 0:
        return 0.0
    precision, recall = common / len(found), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def best_f1(predicted: str, golds: Sequence[str]) -> float:
    """The F1 against the nearest gold; no golds: the right answer is none."""
    return max(token_f1(predicted, gold) for gold in _usable(golds))


def holds(text: str, answer: str) -> bool:
    """Whether the words of an answer stand in a text, one after the other; `Alliance` stands in `Alliance’s`."""
    return f" {_words(answer)} " in f" {_words(text)} "


def said(text: str, facts: Sequence[Sequence[str]]) -> bool:
    """Whether every fact stands in the text in one of its spellings.

    True of no facts, so ask only where some are known.
    """
    return all(any(holds(text, spelling) for spelling in fact) for fact in facts)


def _usable(golds: Sequence[str]) -> list[str]:
    """The golds that have words; the empty answer where none has, for then the question has no answer."""
    return [gold for gold in golds if normalised(gold)] or [""]


def _words(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", _PUNCTUATION.sub(" ", text.lower())).split())
