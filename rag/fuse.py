"""Two ranked lists into one: a weighted sum of normalised scores, and support from the same document."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

Ranking = Sequence[tuple[int, float]]

DENSE_WEIGHT = 0.5
SUPPORT = 0.2
"""Both chosen on TIME and SciFact train: `python -m eval retrieval --data DIR`."""


def fuse(dense: Ranking, lexical: Ranking, dense_weight: float = DENSE_WEIGHT) -> dict[int, float]:
    """Scores between 0 and 1 by passage id.

    Cosines are scaled between the worst and the best that were found, BM25 by its best (a passage without
    any of the words has 0). A passage that one of the searches did not return gets 0 from it.
    """
    cosines, bm25 = dict(dense), dict(lexical)
    low, high = (min(cosines.values()), max(cosines.values())) if cosines else (0.0, 0.0)
    best = max(bm25.values(), default=0.0)
    return {
        passage_id: dense_weight * (_scaled(cosines[passage_id], low, high) if passage_id in cosines else 0.0)
        + (1 - dense_weight) * (bm25[passage_id] / best if passage_id in bm25 and best > 0 else 0.0)
        for passage_id in [*cosines, *(i for i in bm25 if i not in cosines)]
    }


def support(scores: Mapping[int, float], document_of: Mapping[int, str], share: float = SUPPORT) -> Mapping[int, float]:
    """Each passage's score plus a share of the best score among the other passages of its document.

    A passage is better evidence when its document is about the question too.
    """
    best_two: dict[str, list[float]] = {}
    for passage_id, score in scores.items():
        best_two[document_of[passage_id]] = sorted([*best_two.get(document_of[passage_id], []), score])[-2:]
    supported = {}
    for passage_id, score in scores.items():
        two = best_two[document_of[passage_id]]
        other = two[0] if score == two[-1] else two[-1]
        supported[passage_id] = score + (share * other if len(two) == 2 else 0.0)
    return MappingProxyType(supported)


def _scaled(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 1.0
