"""An assistant that tells of each stage as it is done, and stops between two of them when told to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from index.where import ANYWHERE, Where
from rag.assistant import Assistant
from rag.read import Finding, Reader
from rag.rerank import Reranker
from rag.retrieve import Hit, Retrieval, Retriever

Checkpoint = Callable[[str, int], None]
"""Called with a stage's name and how many passages it has left; may raise to end the work."""


def watched(assistant: Assistant, checkpoint: Checkpoint) -> Assistant:
    """The same assistant, whose stages pass the checkpoint: `search`, `rerank`, `read`.

    A follow-up question may pass them more than once: its earlier question is asked first.
    """
    return replace(
        assistant,
        retriever=_WatchedRetriever(assistant.retriever, checkpoint),
        reranker=_WatchedReranker(assistant.reranker, checkpoint),
        reader=_WatchedReader(assistant.reader, checkpoint),
    )


@dataclass(frozen=True, slots=True)
class _WatchedRetriever:
    retriever: Retriever
    checkpoint: Checkpoint

    def retrieve(self, question: str, k: int, where: Where = ANYWHERE) -> list[Hit]:
        return list(self.timed(question, k, where).hits)

    def timed(self, question: str, k: int, where: Where = ANYWHERE) -> Retrieval:
        found = self.retriever.timed(question, k, where)
        self.checkpoint("search", len(found.hits))
        return found

    def only(self, searches: Collection[str]) -> "_WatchedRetriever":
        return _WatchedRetriever(self.retriever.only(searches), self.checkpoint)


class _WatchedReranker:
    def __init__(self, reranker: Reranker, checkpoint: Checkpoint) -> None:
        self._reranker = reranker
        self._checkpoint = checkpoint
        self.reorders = reranker.reorders

    def rerank(self, question: str, hits: Sequence[Hit], titles: Mapping[str, str]) -> list[Hit]:
        ordered = self._reranker.rerank(question, hits, titles)
        self._checkpoint("rerank", len(ordered))
        return ordered


@dataclass(frozen=True, slots=True)
class _WatchedReader:
    reader: Reader
    checkpoint: Checkpoint

    def read(self, question: str, hits: Sequence[Hit]) -> list[Finding]:
        found = self.reader.read(question, hits)
        self.checkpoint("read", len(hits))
        return found
