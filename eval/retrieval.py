"""Retrieval figures on a benchmark: documents ranked by their best passage, scored by ir_measures."""

from collections.abc import Mapping
from pathlib import Path

import ir_measures

from eval.beir import Benchmark
from index.embed import SentenceEmbedder
from index.engine import SearchEngine
from index.sync import Progress
from index.write import DocumentWriter
from rag.retrieve import Retriever

MEASURES = ("nDCG@10", "AP", "RR@10", "Success@1", "Success@5", "R@100")
PASSAGES = 400
"""How many passages are taken to rank a hundred documents by their best."""

Run = dict[str, dict[str, float]]


def build_retriever(benchmark: Benchmark, store: Path, progress: Progress) -> Retriever:
    """A retriever over the benchmark's documents; those that the store already holds are not embedded again."""
    engine = SearchEngine(store)
    embedder = SentenceEmbedder(engine.catalog.recipe.embedder)
    known = engine.catalog.content_hashes()
    missing = [(document, "") for document in benchmark.documents if document.id not in known]
    if missing:
        writer = DocumentWriter(engine, embedder)
        for done, _ in enumerate(writer.write(missing), start=1):
            progress(done, len(missing), writer.embedded)
        engine.refresh()
    return Retriever(engine, embedder)


def run(benchmark: Benchmark, retriever: Retriever, depth: int = 100) -> Run:
    """For each query at most `depth` documents with the score of their best passage."""
    found: Run = {}
    for query, text in benchmark.queries.items():
        best: dict[str, float] = {}
        for hit in retriever.retrieve(text, PASSAGES):
            best.setdefault(hit.passage.document_id, hit.score)
        found[query] = dict(list(best.items())[:depth])
    return found


def figures(benchmark: Benchmark, found: Run) -> Mapping[str, float]:
    """Each measure's mean over the queries."""
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    scores = ir_measures.calc_aggregate(measures, benchmark.qrels, found)
    return {str(measure): float(scores[measure]) for measure in measures}
