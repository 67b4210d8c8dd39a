"""Rankings of documents against judgements, scored as trec_eval scores them, by ir_measures (MacAvaney et al. 2022).

Every judged query counts: one without results scores 0, and so, as in trec_eval, does one none of whose
judgements is above 0, for every measure. Queries without judgements do not count.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean

import ir_measures

DOCUMENT_MEASURES = ("nDCG@10", "AP", "RR@10", "Success@1", "Success@5", "R@5", "R@20", "R@100")

Qrels = Mapping[str, Mapping[str, int]]
"""Query id to document id to grade; relevant is 1 and above."""

Run = Mapping[str, Mapping[str, float]]
"""Query id to document id to score; higher is better."""


def scores(qrels: Qrels, run: Run, measures: Sequence[str] = DOCUMENT_MEASURES) -> dict[str, dict[str, float]]:
    """Measure to query id to score, in the order given. A measure is named as ir_measures writes it."""
    if not measures:
        return {}
    parsed = {name: ir_measures.parse_measure(name) for name in measures}
    judged = {query: dict(grades) for query, grades in qrels.items()}
    ranked = {query: _ranked(run[query]) for query in judged if run.get(query)}
    found = {
        (each.measure, each.query_id): float(each.value)
        for each in ir_measures.iter_calc(list(set(parsed.values())), judged, ranked)
    }
    return {name: {query: found[measure, query] for query in judged} for name, measure in parsed.items()}


def recall_by_depth(qrels: Qrels, run: Run, depths: Sequence[int]) -> list[tuple[int, float]]:
    """(depth, mean over the judged queries of the share of relevant documents above it); nothing of no queries."""
    if not qrels:
        return []
    found = scores(qrels, run, [f"R@{depth}" for depth in depths])
    return [(depth, fmean(found[f"R@{depth}"].values())) for depth in depths]


def _ranked(documents: Mapping[str, float]) -> dict[str, float]:
    """Scores without ties, so that all of ir_measures sees one ranking: that of trec_eval, ties by id, the last first.

    Left to itself, its RR@10 breaks ties the other way round, and all else rounds scores to 32 bits first.
    """
    worst_first = sorted(documents, key=lambda document_id: (documents[document_id], document_id))
    return {document_id: float(place) for place, document_id in enumerate(worst_first)}
