"""The embedded search engine: one catalog, and dense and lexical indexes that follow it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.document import Document, Passage
from corpus.errors import StoreError
from index import dense, lexical
from index.catalog import Catalog, Counts, EmbeddedPassage
from index.dense import DenseIndex
from index.embed import Vectors
from index.lexical import LexicalIndex
from index.recipe import Recipe
from index.schema import is_foreign

CATALOG_FILE = "catalog.sqlite"
_LOCK_FILE = "writer.lock"
_PATIENCE_S = 2.0  # a sync that finds nothing to do holds the lock for less


class SearchEngine:
    """Upsert, delete and search over one store folder; usable from several threads.

    Searches see the generation that the derived indexes reflect; `refresh` brings them up to the
    catalog's, rebuilding from it what is missing, stale or damaged.
    """

    def __init__(self, store: Path, recipe: Recipe | None = None) -> None:
        self.store = store
        try:
            store.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{store}: no store can be made there ({error.strerror}); choose another --store"
            ) from error
        self.catalog = Catalog(store / CATALOG_FILE, recipe)
        self._lock = FileLock(store / _LOCK_FILE, timeout=_PATIENCE_S)
        self._dense = DenseIndex.load(store)
        self._lexical = LexicalIndex.load(store)
        self._documents = LexicalIndex.load(store, lexical.DOCUMENTS)
        if self._is_stale():
            self.refresh()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The right to write, for one process at a time; StoreError if another has it."""
        with _held(self._lock, self.store):
            yield

    def upsert(self, document: Document, content_hash: str, passages: Sequence[EmbeddedPassage]) -> None:
        """Put a document in the place of what had its id; searchable after `refresh`."""
        self.catalog.upsert(document, content_hash, passages)

    def delete(self, document_id: str) -> None:
        """Remove a document; it is never returned again, not even before `refresh`."""
        self.catalog.delete(document_id)

    def refresh(self) -> None:
        """Bring the derived indexes to the catalog's generation and save them."""
        with self.writing():
            counts = self.catalog.counts()
            self._refresh_dense(counts)
            self._lexical = self._refreshed(self._lexical, lexical.PASSAGES, counts)
            self._documents = self._refreshed(self._documents, lexical.DOCUMENTS, counts)
            self.catalog.forget_removed(counts.generation)

    def search_dense(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """(passage id, cosine), best first."""
        return self._dense.search(vector, k) if self._dense else []

    def search_lexical(self, question: str, k: int) -> list[tuple[int, float]]:
        """(passage id, BM25), best first."""
        return self._lexical.search(question, k) if self._lexical else []

    def search_documents(self, question: str, k: int) -> list[tuple[int, float]]:
        """(id of the first passage, BM25 of its whole document), best first."""
        return self._documents.search(question, k) if self._documents else []

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """The passages that still exist, by id."""
        return self.catalog.passages(passage_ids)

    def passage_counts(self, document_ids: Sequence[str]) -> dict[str, int]:
        """Document id to its number of passages."""
        return self.catalog.passage_counts(document_ids)

    def problems(self) -> list[str]:
        """What does not agree with what; empty for a sound store."""
        found = self.catalog.problems()
        if found:
            return found
        ids = {row[0] for row in self.catalog.passages_since(0)}
        firsts = {row[0] for row in self.catalog.documents_since(0)}
        if self._dense is None or set(self._dense.ids()) != ids:
            found.append("the dense index does not hold the catalog's passages")
        if self._lexical is None or set(self._lexical.ids()) != ids:
            found.append("the lexical index does not hold the catalog's passages")
        if self._documents is None or set(self._documents.ids()) != firsts:
            found.append("the lexical index does not hold the catalog's documents")
        return found

    def close(self) -> None:
        self.catalog.close()

    def _is_stale(self) -> bool:
        counts = self.catalog.counts()
        passages = all(_reflects(index, counts.generation, counts.passages) for index in (self._dense, self._lexical))
        return not (passages and _reflects(self._documents, counts.generation, counts.documents))

    def _refresh_dense(self, counts: Counts) -> None:
        if _reflects(self._dense, counts.generation, counts.passages):
            return
        index = self._followed(self._dense, counts) if self._dense else None
        if index is None or not _reflects(index, counts.generation, counts.passages):
            everything = ((row[0], row[3]) for row in self.catalog.passages_since(0))
            index = DenseIndex.build(everything, counts.passages, counts.generation)
        index.save(self.store)
        self._dense = index

    def _followed(self, index: DenseIndex, counts: Counts) -> DenseIndex | None:
        """The index after the changes since its generation, or None if it must be built anew."""
        removed = self.catalog.removed_since(index.generation)
        if index.generation >= counts.generation or not index.can_follow(counts.passages, len(removed)):
            return None
        added = ((row[0], row[3]) for row in self.catalog.passages_since(index.generation))
        index.apply(added, removed, counts.generation)
        return index

    def _refreshed(self, index: LexicalIndex | None, name: str, counts: Counts) -> LexicalIndex:
        """The index of passages or of documents, at the catalog's generation."""
        size = counts.documents if name == lexical.DOCUMENTS else counts.passages
        if index and _reflects(index, counts.generation, size):
            return index
        if index is None or index.generation >= counts.generation:
            index = LexicalIndex.create(self.store, name)
        self._apply_lexical(index, name, counts.generation)
        if not _reflects(index, counts.generation, size):
            index = LexicalIndex.create(self.store, name)
            self._apply_lexical(index, name, counts.generation)
        return index

    def _apply_lexical(self, index: LexicalIndex, name: str, generation: int) -> None:
        removed = self.catalog.removed_since(index.generation)
        if name == lexical.DOCUMENTS:
            index.apply(self.catalog.documents_since(index.generation), removed, generation)
        else:
            added = (row[:3] for row in self.catalog.passages_since(index.generation))
            index.apply(added, removed, generation)


def _reflects(index: DenseIndex | LexicalIndex | None, generation: int, size: int) -> bool:
    return index is not None and index.generation == generation and len(index) == size


@contextmanager
def _held(lock: FileLock, store: Path) -> Iterator[None]:
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(f"{store}: another process is writing to this store; try again when it is done") from error
    try:
        yield
    finally:
        lock.release()


def remove_store(store: Path) -> None:
    """Delete a store's own files, and no others.

    Raises StoreError if its catalog is another program's database, or if another process writes.
    """
    if not store.is_dir():
        return
    catalog = store / CATALOG_FILE
    if catalog.is_file() and is_foreign(catalog):
        raise StoreError(f"{catalog}: is another program's database; choose another folder with --store DIR")
    logs = (f"{CATALOG_FILE}-{log}" for log in ("wal", "shm", "journal"))
    with _held(FileLock(store / _LOCK_FILE, timeout=_PATIENCE_S), store):
        for name in (CATALOG_FILE, *logs, dense.FILE, dense.STAMP):
            (store / name).unlink(missing_ok=True)
        for name in (lexical.PASSAGES, lexical.DOCUMENTS):
            lexical.remove(store, name)
