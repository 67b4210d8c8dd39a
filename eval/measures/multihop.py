"""Passages against facts, for questions that need several: the figures of MultiHop-RAG (Tang & Yang 2024).

They follow `retrieval_evaluate.py` of its repository: a passage is a hit when it holds a fact word for word,
spaces and line feeds (no other whitespace) aside. The script walks over eleven passages but counts nothing
below the tenth. Its MAP@10 is not the textbook's: a rank adds the number of facts first found there over the
rank, so that three facts in the first passage make 3/1, and the sum is divided by the number of facts.
"""

from collections.abc import Sequence


def hits_at(retrieved_texts: Sequence[str], facts: Sequence[str], k: int) -> bool:
    """Whether one of the first k passages holds one of the facts."""
    wanted = _squeezed(facts)
    return any(fact in text for text in _squeezed(retrieved_texts[:k]) for fact in wanted)


def multihop_scores(retrieved_texts: Sequence[str], facts: Sequence[str]) -> dict[str, float]:
    """`Hits@4`, `Hits@10`, `MAP@10` and `MRR@10` of one question, best passage first; nothing where no facts are known.

    A fact given twice is found once but counted twice below the line, as in the script.
    """
    if not facts:
        return {}
    wanted = _squeezed(facts)
    held = [{fact for fact in wanted if fact in text} for text in _squeezed(retrieved_texts[:10])]
    ranks = [rank for rank, each in enumerate(held, start=1) if each]
    return {
        "Hits@4": float(bool(ranks) and ranks[0] <= 4),
        "Hits@10": float(bool(ranks)),
        "MAP@10": sum(_news(held)) / min(len(facts), 10),
        "MRR@10": 1 / ranks[0] if ranks else 0.0,
    }


def _news(held: Sequence[set[str]]) -> list[float]:
    """At each rank the number of facts that no passage above holds, over the rank."""
    seen: set[str] = set()
    news = []
    for rank, each in enumerate(held, start=1):
        news.append(len(each - seen) / rank)
        seen |= each
    return news


def _squeezed(texts: Sequence[str]) -> list[str]:
    return [text.replace(" ", "").replace("\n", "") for text in texts]
