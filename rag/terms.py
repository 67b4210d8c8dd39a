"""The words of a question that carry it, and how much of them a text holds.

How rare a word is comes from the rank of its token: byte-pair merges are learnt in the order of frequency,
so that the vocabulary itself is a frequency list (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909).
"""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from corpus.tokens import token_rank
from index.lexical import stems

WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_NAME = re.compile(
    r"(?:[A-Z][\w.-]*|\d[\d,.]*\w*)(?:['’]s?\b)?"
    r"(?:(?: (?:of|the|for|and|de|van|von|al) (?=[A-Z]))? ?(?:[A-Z][\w.-]*|\d[\d,.]*\w*))*"
)
QUESTION_WORDS = frozenset(
    (
        "who whom whose what which when where why how is are was were do does did has have had can could will "
        "would should may might must shall am be been being name tell list describe explain give show much "
        "many about according"
    ).split()
)
_OPENERS = frozenset(
    "according in on at by for from to of and but so if the a an it he she they this that these those".split()
)
_SPEAKER = re.compile(r"I(?:['’](?:m|d|ll|ve))?$")
_OWNS = re.compile(r"['’]s?\b")
_ASKER = frozenset("i me my mine we us our ours you your yours please".split())
"""Who asks and who is asked: a document that answers says neither."""
_LINKS = frozenset("of the for and de van von al".split())
_VOCABULARY = 100_000


def rarity(word: str) -> float:
    """Between 0 (the commonest word) and 1 (not a token of its own)."""
    rank = token_rank(" " + word)
    return 1.0 if rank is None else math.log1p(rank) / math.log1p(_VOCABULARY)


def key_terms(question: str) -> Mapping[str, float]:
    """The question's stems with their weights; question words and stop words are left out."""
    weights: dict[str, float] = {}
    for word in carrying(question):
        for stem in stems(word):
            weights[stem] = max(weights.get(stem, 0.0), rarity(word) ** 2)
    return MappingProxyType(weights)


def coverage(terms: Mapping[str, float], text: str) -> float:
    """The weighted share of the terms that a text holds, 0 to 1; 1 if there are none."""
    held = set(stems(text))
    total = sum(terms.values())
    return sum(weight for stem, weight in terms.items() if stem in held) / total if total else 1.0


def names(text: str) -> list[str]:
    """Names and numbers, in order: runs of capitalised words, without a question word at the start."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().split()
        if match.start() == 0 and words and re.sub(r"['’]s$", "", words[0].lower()) in QUESTION_WORDS | _OPENERS:
            words = words[1:]
        while words and words[0] in _LINKS:
            words = words[1:]
        if words:
            found.append(re.sub(r"['’]s?$|[.,]$", "", " ".join(words)))
    return [name for name in found if name and not _SPEAKER.match(name)]


def true_names(text: str) -> list[str]:
    """Names and numbers, without the words that are capitalised only because a sentence begins with them."""
    found: list[str] = []
    begun = 0
    for name in names(text):
        at = max(text.find(name, begun), 0)
        begun = at + len(name)
        first, _, rest = name.partition(" ")
        opens = text[:at].rstrip()[-1:] in ("", ".", "?", "!", ":")
        found.append(rest if opens and (rest or not _OWNS.match(text, begun)) and _is_common(first) else name)
    return [name for name in found if name and name.lower() not in QUESTION_WORDS and not _SPEAKER.match(name)]


def _is_common(word: str) -> bool:
    """Whether the word is written small more often than with a capital, going by the ranks of its tokens."""
    small, capital = token_rank(" " + word.lower()), token_rank(" " + word)
    return word[:1].isupper() and (capital is None or (small is not None and small < capital))


def missing(question: str, text: str) -> list[str]:
    """The question's words that a text lacks, as they stand in the question, rarest first."""
    held = set(stems(text))
    lacking = [word for word in set(carrying(question)) if stems(word) and not held.issuperset(stems(word))]
    return sorted(lacking, key=lambda word: (-rarity(word), word))


def carrying(question: str) -> list[str]:
    """Its words but those that only ask."""
    return [word for word in WORD.findall(question) if word.lower() not in QUESTION_WORDS | _ASKER]
