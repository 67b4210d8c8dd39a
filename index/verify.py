"""Proving a store: everything agrees with everything, and nothing is left of what was removed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import StoreError
from index import indexes, lock
from index.catalog import Catalog
from index.engine import CATALOG_FILE, SearchEngine
from index.indexes import Indexes
from index.lexical import stems
from index.records import Counts
from index.where import fields

_OWN = (CATALOG_FILE, f"{CATALOG_FILE}-wal", f"{CATALOG_FILE}-shm", lock.LOCK, lock.OWNER, f"{lock.OWNER}.new")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a store holds and what is wrong with it; `strangers` are files in its folder that are not its own."""

    counts: Counts
    problems: tuple[str, ...]
    strangers: tuple[str, ...]


def verify(engine: SearchEngine) -> Verdict:
    """Publish what is outstanding, clear away every remainder of removed documents, then look at everything.

    Raises StoreError if another process writes, or if the disk has no room to write the catalog anew.
    """
    with engine.writing():
        found = _damages(engine.catalog)
        if found:  # what is damaged must not be copied
            return Verdict(engine.catalog.counts(), tuple(found), ())
        engine.refresh()
        if _removed(engine):
            engine.refresh(anew=True)
        if engine.catalog.fact("compacted") != str(engine.catalog.generation) or engine.catalog.remains():
            engine.catalog.set_fact("compacted", str(engine.catalog.generation))
            engine.catalog.compact()
        settled = engine.catalog.settle()
        found = problems(engine) or [*_remains(engine, settled)]
    strangers = sorted(path.name for path in engine.store.iterdir() if not _is_own(path, engine))
    return Verdict(engine.catalog.counts(), tuple(found), tuple(strangers))


def problems(engine: SearchEngine) -> list[str]:
    """What does not agree with what; empty for a sound store."""
    found = _damages(engine.catalog)
    if found:
        return found
    with engine.reading() as published:
        if published is None:
            return []
        if published.manifest.generation != engine.catalog.generation:
            return ["the indexes are behind the catalog; bring them up to it with `python -m index sync`"]
        return [*_disagreements(engine, published), *_fields_that_differ(engine)]


def _damages(catalog: Catalog) -> list[str]:
    return catalog.problems() or list(_unsound(catalog))


def _unsound(catalog: Catalog) -> Iterator[str]:
    """What does not match its checksum, or does not stand where it should; every row is read."""
    for document_id in catalog.content_hashes():
        try:
            document, passages = catalog.document(document_id), catalog.passages_of(document_id)
            if document is None or any(document.text[p.start : p.end] != p.text for p in passages):
                yield f"{document_id}: a passage does not stand in its document"
            elif len(passages) != catalog.passage_counts([document_id]).get(document_id, 0):
                yield f"{document_id}: a passage is missing"
        except StoreError as error:
            yield str(error)


def _disagreements(engine: SearchEngine, published: Indexes) -> Iterator[str]:
    ids = {entry.id for entry in engine.catalog.entries_since(0)}
    firsts = {row[0] for row in engine.catalog.documents_since(0)}
    if {int(i) for i in published.dense.ids} != ids:
        yield "the dense index does not hold the catalog's passages"
    if set(published.passages.ids()) != ids:
        yield "the lexical index does not hold the catalog's passages"
    if set(published.documents.ids()) != firsts:
        yield "the lexical index does not hold the catalog's documents"


def _fields_that_differ(engine: SearchEngine) -> Iterator[str]:
    for document_id in engine.catalog.content_hashes():
        document = engine.catalog.document(document_id)
        if document and engine.catalog.fields_of(document_id) != fields(document):
            yield f"{document_id}: what filters see of it is not what it says"


def _removed(engine: SearchEngine) -> int:
    with engine.reading() as published:
        return published.passages.removed() + published.documents.removed() if published else 0


def _remains(engine: SearchEngine, settled: bool) -> Iterator[str]:
    """Where text, terms or vectors of removed documents could still be. Ids were compared before."""
    log = engine.store / f"{CATALOG_FILE}-wal"
    if engine.catalog.remains():
        yield "the catalog still holds removed documents or free pages"
    if not settled or (log.is_file() and log.stat().st_size):
        yield "the catalog's log may hold removed text, for another process is reading it; verify again"
    if _removed(engine):
        yield "the lexical index still holds removed passages"
    with engine.reading() as published:
        known = {stem for _, _, title, text in engine.catalog.documents_since(0) for stem in stems(f"{title}\n{text}")}
        left = (published.passages.terms() | published.documents.terms()) - known if published else set()
        if left:
            yield f"the lexical index still holds words of removed documents, such as {min(left)!r}"


def _is_own(path: Path, engine: SearchEngine) -> bool:
    return path.name in _OWN or path.name.startswith(indexes.PREFIX)
