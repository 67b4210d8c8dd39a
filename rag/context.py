"""What a conversation is about, as a say in the order of the passages. Knows words and scores, not grammar.

A question that stands alone in words may still lean on its conversation. So a second search is made, for the
question as it was asked and a few words of what was asked before. That also hedges against a wrong
rag/followup.py: its words are not in the second search. Weights and numbers of words were chosen on MTRAG's human
conversations (nDCG@10 of 132 follow-ups from 0.702 to 0.719: within chance) and on questions about one Wikinews
article in succession, made from QAMR (of 850, from 0.628 to 0.880; of the 134 that change the subject, 0.800 to 0.771).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.lexical import stems
from index.where import ANYWHERE, Where
from rag.followup import Turn, depends_on_history, recent_turns
from rag.retrieve import Hit, Retrieval, Retriever
from rag.terms import QUESTION_WORDS, WORD, key_terms, names, rarity

LEANING = 0.5
STANDING = 0.35
"""The share of the second search for a question that points back, and for any other."""
DEPTH = 200
"""How many passages each of the two searches contributes."""
_POINTS_BACK = re.compile(r"\b(?:this|that|these|those|such|there|then|one|ones|else)\b", re.IGNORECASE)
_SHIFT = re.compile(
    r"^\W*(?:by the way|chang(?:e|ing) (?:of|the|a)|(?:speaking|talking) (?:of|about)|on another|another question)\b",
    re.IGNORECASE,
)
_EARLIER_TURN = 0.6
"""What a word keeps of its weight with each turn that has passed."""


@dataclass(frozen=True, slots=True)
class Context:
    """Words of earlier turns, and the share, 0 to 1, that a search with them has in the order of the passages."""

    words: str = ""
    share: float = 0.0


def context_of(question: str, history: Sequence[Turn]) -> Context:
    """The context of a question after its history, oldest first; none where it says that it changes the subject."""
    turns = recent_turns(history)
    if not turns or _SHIFT.match(question):
        return Context()
    leans = _leans(question, turns)
    words = _words(question, turns, 4) if leans else _words(question, turns[-1:], 3)
    return Context(words, LEANING if leans else STANDING) if words else Context()


def retrieved_in_context(
    retriever: Retriever, questions: tuple[str, str], context: Context, k: int, where: Where = ANYWHERE
) -> Retrieval:
    """The k best passages for (the standalone question, the question as asked) in its context."""
    standalone, asked = questions
    if not context.share:
        return retriever.timed(standalone, k, where)
    depth = max(DEPTH, k)
    own = retriever.timed(standalone, depth, where)
    wider = retriever.timed(f"{asked} {context.words}", depth, where)
    spent = {stage: own.timings_ms[stage] + wider.timings_ms[stage] for stage in own.timings_ms}
    hits = blended(own.hits, wider.hits, context.share)
    by_word = next((hit for hit in hits if own.by_word and hit.passage == own.by_word.passage), None)
    return Retrieval(tuple(hits[:k]), spent, by_word)


def blended(own: Sequence[Hit], wider: Sequence[Hit], share: float) -> list[Hit]:
    """The hits of two searches by their weighted scores, best first; `share` is the second's weight, 0 to 1.

    A passage that one of them did not reach counts there as its last one: it can have no higher score.
    """
    scores = [{hit.passage: hit.score for hit in hits} for hits in (own, wider)]
    least = [min(found.values(), default=0.0) for found in scores]
    ranks = {hit.passage: hit.ranks for hit in (*wider, *own)}
    total = {
        each: (1 - share) * scores[0].get(each, least[0]) + share * scores[1].get(each, least[1]) for each in ranks
    }
    ordered = sorted(total, key=lambda each: (-total[each], each.document_id, each.start))
    return [Hit(each, total[each], {**ranks[each], "fused": place}) for place, each in enumerate(ordered, start=1)]


def _leans(question: str, history: Sequence[Turn]) -> bool:
    """Whether its words say that it cannot be understood alone: it points back, or names next to nothing."""
    return (
        depends_on_history(question, history)
        or bool(_POINTS_BACK.search(question))
        or (len(key_terms(question)) <= 2 and not _has_new_name(question, history))
    )


def _has_new_name(question: str, history: Sequence[Turn]) -> bool:
    known = set(stems(" ".join(turn.question for turn in history)))
    return any(not known.issuperset(stems(name)) for name in names(question))


def _words(question: str, history: Sequence[Turn], count: int) -> str:
    """The rarest words that the question lacks, those of several and of late turns first."""
    own = set(stems(question))
    weights: dict[str, float] = {}
    spelled: dict[str, str] = {}
    for age, turn in enumerate(reversed(history)):
        for stem, word in _content(turn.question).items():
            if stem not in own:
                weights[stem] = weights.get(stem, 0.0) + rarity(word) * _EARLIER_TURN**age
                spelled.setdefault(stem, word)
    best = sorted(weights, key=lambda stem: -weights[stem])[:count]
    return " ".join(word for stem, word in spelled.items() if stem in best)


def _content(text: str) -> dict[str, str]:
    """Words that carry meaning, by stem."""
    words = [word for word in WORD.findall(text) if word.lower() not in QUESTION_WORDS]
    return {found[0]: word for word in words if (found := stems(word))}
