"""Ranked lists into one: a weighted sum of normalised scores of a passage and of its document."""

from collections.abc import Mapping, Sequence

Ranking = Sequence[tuple[int, float]]

DENSE, LEXICAL, DOCUMENT = 0.5, 0.1, 0.4
"""Between the best of a grid on TIME and on SciFact's train claims; this point itself was not on the grid."""


def fuse(dense: Ranking, lexical: Ranking) -> dict[int, float]:
    """Passage scores between 0 and DENSE + LEXICAL, by passage id.

    Cosines are scaled between the worst and the best that were found, BM25 by its best (a passage without
    any of the words has 0). A passage that one of the searches did not return gets 0 from it.
    """
    cosines, bm25 = dict(dense), by_best(lexical)
    low, high = (min(cosines.values()), max(cosines.values())) if cosines else (0.0, 0.0)
    scaled = {i: (cosine - low) / (high - low) if high > low else 1.0 for i, cosine in cosines.items()}
    ids = [*cosines, *(i for i in bm25 if i not in cosines)]
    return {i: DENSE * scaled.get(i, 0.0) + LEXICAL * bm25.get(i, 0.0) for i in ids}


def with_documents(
    scores: Mapping[int, float], document_of: Mapping[int, str], documents: Mapping[str, float]
) -> dict[int, float]:
    """Each passage's score plus DOCUMENT times that of its document: evidence whose whole document is about
    the question is better evidence."""
    return {i: score + DOCUMENT * documents.get(document_of[i], 0.0) for i, score in scores.items()}


def by_best(ranking: Ranking) -> dict[int, float]:
    """Scores as shares of the best, by id; empty if none is above 0."""
    best = max((score for _, score in ranking), default=0.0)
    return {i: score / best for i, score in ranking} if best > 0 else {}
