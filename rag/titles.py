"""The titles that say something of a document: those that are not its file's name."""

from collections.abc import Sequence

from corpus.parse import title_from_name
from index.engine import SearchEngine
from rag.retrieve import Hit


def telling_titles(engine: SearchEngine, hits: Sequence[Hit]) -> dict[str, str]:
    """Titles by document id, of the hits' documents that have one."""
    found = engine.catalog.titles(sorted({hit.passage.document_id for hit in hits}))
    return {i: title for i, title in found.items() if title != title_from_name(i)}
