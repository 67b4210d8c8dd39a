"""The embedded search engine: one catalog, and the published dense and lexical indexes that follow it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from corpus.document import Document, Passage
from corpus.errors import StoreError
from index import indexes
from index.catalog import Catalog, EmbeddedPassage
from index.embed import Vectors
from index.homes import Home, Homes
from index.indexes import Indexes
from index.lexical import DOCUMENT, ID
from index.lock import WriterLock
from index.manifest import Manifest
from index.recipe import Recipe
from index.schema import damaged, disk_failure
from index.where import ANYWHERE, Where

CATALOG_FILE = "catalog.sqlite"
_AT_ONCE = 0.05
_ATTEMPTS = 5
_FILTERS_REMEMBERED = 16


def holds_store(folder: Path) -> bool:
    """Whether a store was made there; an empty catalog, which SQLite would take for a new one, was lost."""
    catalog = folder / CATALOG_FILE
    return catalog.is_file() and catalog.stat().st_size > 0


class SearchEngine:
    """Upsert, delete and search over one store folder; usable from several threads and beside other processes.

    Searches see the generation that was published last, by whichever process; `refresh` publishes the catalog's,
    rebuilding from it what is missing or damaged. All that one thread reads inside `reading` is of one generation.
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
        self._lock = WriterLock(store)
        self._changing = threading.Lock()
        self._here = threading.local()
        self._indexes: Indexes | None = None
        self._sound_fields = ""
        self._remembered: dict[tuple[Manifest, Where], Homes] = {}
        try:
            self._catch_up()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The right to write, for one process at a time; StoreError if another has it."""
        with self._lock.held():
            yield

    @contextmanager
    def reading(self) -> Iterator[Indexes | None]:
        """One generation for all that this thread reads inside, here and in the catalog; the newest when it begins."""
        if getattr(self._here, "inside", False):
            yield self._here.indexes
            return
        with ExitStack() as snapshot:
            self._here.indexes = self._entered(snapshot)
            self._here.inside = True
            try:
                yield self._here.indexes
            finally:
                self._here.inside, self._here.indexes = False, None

    def upsert(
        self, document: Document, content_hash: str, passages: Sequence[EmbeddedPassage], file: str = ""
    ) -> None:
        """Put a document in the place of what had its id; searchable after `refresh`."""
        self.catalog.upsert(document, content_hash, passages, file)

    def delete(self, document_id: str) -> None:
        """Remove a document; no longer found, nor kept, after `refresh`."""
        self.catalog.delete(document_id)

    def refresh(self, anew: bool = False) -> None:
        """Publish the catalog's latest generation: make its indexes, `anew` from nothing, and let readers see them."""
        with self.writing():
            current = None if anew else self._current()
            if current is None or current.manifest.generation != self.catalog.generation:
                try:
                    with self.catalog.steady():
                        current = indexes.make(self.store, self.catalog, current)
                except OSError as error:
                    raise disk_failure(self.store, error.strerror or str(error)) from error
                self.catalog.publish(current.manifest)
                self._indexes = current
            indexes.clear(self.store, current.manifest.folder)

    def search_dense(self, vector: Vectors, k: int, where: Where = ANYWHERE) -> list[tuple[int, float]]:
        """(passage id, cosine), best first."""
        with self.reading() as found:
            if not where or not found:
                return found.dense.search(vector, k) if found else []
            return found.dense.search(vector, k, self._met(found, where).passage_ids)

    def search_lexical(self, question: str, k: int, where: Where = ANYWHERE) -> list[tuple[int, float]]:
        """(passage id, BM25), best first."""
        with self.reading() as found:
            if not where or not found:
                return found.passages.search(question, k) if found else []
            met = self._met(found, where)
            among, field = (met.passage_ids, ID) if where.parts_documents else (met.documents, DOCUMENT)
            return found.passages.search(question, k, among.tolist(), field)

    def search_rarest(self, words: Sequence[str], k: int, where: Where = ANYWHERE) -> list[tuple[int, float]]:
        """As `search_lexical`, for the rarest of the words that any passage holds."""
        with self.reading() as found:
            return self.search_lexical(found.passages.rarest(words), k, where) if found else []

    def search_documents(self, question: str, k: int, where: Where = ANYWHERE) -> list[tuple[int, float]]:
        """(id of the first passage that meets the limits, BM25 of its whole document), best first."""
        with self.reading() as found:
            if not where or not found:
                return found.documents.search(question, k) if found else []
            met = self._met(found, where)
            hits = found.documents.search(question, k, met.documents.tolist())
            homes = found.homes.of([first for first, _ in hits])
            return [(met.first(homes[first].document), score) for first, score in hits]

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """The passages that (still) exist, by id."""
        with self.reading() as found:
            passages = self.catalog.passages(passage_ids)
            if found and found.dense.holds(set(passage_ids) - set(passages)):
                raise damaged(self.catalog.path, "a passage that the indexes hold is missing")
            return passages

    def homes(self, passage_ids: Sequence[int]) -> dict[int, Home]:
        """The documents that passages are of, by passage id."""
        with self.reading() as found:
            return found.homes.of(passage_ids) if found else {}

    def vectors(self, passage_ids: Sequence[int]) -> Vectors:
        """What the dense index holds of passages that it found: float32 of shape (passages, dimensions)."""
        with self.reading() as found:
            return found.dense.vectors(passage_ids) if found else np.zeros((0, 1), dtype=np.float32)

    def close(self) -> None:
        self.catalog.close()

    def _catch_up(self) -> None:
        """Publish what a process that died had committed, unless another is at it now."""
        if self.catalog.generation == self._published():
            return
        try:
            with self._lock.held(_AT_ONCE):
                self.refresh()
        except StoreError:
            if not self._published():
                raise

    def _published(self) -> int:
        """The generation that can be read now; what is damaged is mended by the way."""
        with self.reading() as found:
            return found.manifest.generation if found else 0

    def _entered(self, snapshot: ExitStack) -> Indexes | None:
        """The indexes of the snapshot that it enters. Between reading their name and opening them, another process
        may publish newer ones and clear them away; then the next attempt sees those."""
        for _ in range(_ATTEMPTS):
            self._follow_replacement()
            manifest = snapshot.enter_context(self.catalog.reading())
            if not manifest.folder:
                return None
            found = self._loaded(manifest)
            if found:
                return found
            snapshot.close()
            with self.catalog.reading() as now:
                is_damaged = now == manifest
            if is_damaged:
                self.refresh()
        raise disk_failure(self.store, "its indexes cannot be opened")

    def _loaded(self, manifest: Manifest) -> Indexes | None:
        found = self._indexes
        if found and found.manifest == manifest:
            return found
        with self._changing:
            if self._indexes and self._indexes.manifest == manifest:
                return self._indexes
            found = indexes.load(self.store, manifest, self.catalog)
            if found and not found.agree():
                raise damaged(self.catalog.path, "it does not hold what its indexes hold")
            self._indexes = found or self._indexes
            return found

    def _current(self) -> Indexes | None:
        """The published indexes, for who has the right to write; None if there are none or they are damaged."""
        with self.catalog.reading() as manifest:
            return self._loaded(manifest) if manifest.folder else None

    def _follow_replacement(self) -> None:
        """Another process may have built the store anew, in another file of the same name."""
        if self.catalog.replaced:
            with self._changing:
                if self.catalog.replaced:
                    before, self.catalog = self.catalog, Catalog(self.catalog.path, self.catalog.recipe)
                    self._indexes = None
                    before.close()

    def _met(self, found: Indexes, where: Where) -> Homes:
        """The passages that meet the limits, and their documents."""
        met = self._remembered.get((found.manifest, where))
        if met is None:
            self._check_fields(found.manifest.fields)
            met = self.catalog.homes(where)
            before = self._remembered if len(self._remembered) < _FILTERS_REMEMBERED else {}
            self._remembered = {**before, (found.manifest, where): met}  # whole, for other threads read it
        return met

    def _check_fields(self, sealed: str) -> None:
        """What filters see is looked at before the first of a generation, and not by those who never filter."""
        if sealed != self._sound_fields and sealed != self.catalog.fields_seal():
            raise damaged(self.catalog.path, "what filters see of its documents does not match its checksum")
        self._sound_fields = sealed
