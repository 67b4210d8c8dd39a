"""Putting the parts together: an assistant over a store, or over a folder of documents."""

from collections.abc import Callable
from pathlib import Path

from corpus.errors import StoreError
from corpus.load import list_corpus
from index.embed import Embedder, SentenceEmbedder
from index.engine import SearchEngine, holds_store
from index.place import SAMPLE_CORPUS, default_store
from index.recipe import Recipe
from index.sync import Progress, SyncReport, no_progress, sync
from rag.assistant import Assistant
from rag.confidence import fitted_confidence
from rag.network import ReaderModel
from rag.read import SpanReader
from rag.rerank import ReadingReranker
from rag.retrieve import FusedRetriever


def build_assistant(
    corpus: Path | None = None,
    store: Path | None = None,
    recipe: Recipe | None = None,
    progress: Progress = no_progress,
    report: Callable[[SyncReport], None] = lambda _: None,
) -> Assistant:
    """An assistant over a folder of documents.

    The store is first brought in step with the folder. With a store and no corpus, it answers from the store
    as it is; with neither, from the sample corpus. Raises CorpusError or StoreError.
    """
    if corpus is None and store is not None:
        if not holds_store(store):
            raise StoreError(
                f"{store}: holds no store; make one with `python -m index sync --corpus DIR --store {store}`"
            )
        return assemble(SearchEngine(store, recipe))
    corpus = corpus or SAMPLE_CORPUS
    list_corpus(corpus)  # before a store is made for a folder that is not there
    engine = SearchEngine(store or default_store(corpus), recipe)
    embedder = SentenceEmbedder(engine.catalog.recipe.embedder)
    report(sync(corpus, engine, embedder, progress))
    return assemble(engine, embedder)


def assemble(engine: SearchEngine, embedder: Embedder | None = None) -> Assistant:
    """An assistant over an open engine."""
    embedder = embedder or SentenceEmbedder(engine.catalog.recipe.embedder)
    reranker = ReadingReranker(ReaderModel())
    return Assistant(engine, FusedRetriever(engine, embedder), reranker, SpanReader(embedder), fitted_confidence())
