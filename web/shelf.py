"""The documents as they are listed and shown: pages of ids, entity tags, and whether a copy is still current."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from corpus.document import Document
from index.catalog import Catalog
from web.problem import RefusedError

_TAG_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a list."""

    id: str
    title: str
    etag: str

    def to_json(self) -> dict[str, str]:
        return {"id": self.id, "title": self.title, "etag": self.etag}


class Shelf:
    """Reads the catalog; remembers the ids and hashes of the generation it last saw."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = Lock()
        self._seen = -1
        self._hashes: dict[str, str] = {}

    def page(self, after: str, limit: int) -> tuple[list[Entry], str | None, int]:
        """(entries behind that id, where the next page begins, how many there are in all)."""
        hashes = self._current()
        ids = sorted(each for each in hashes if each > after)
        shown = ids[:limit]
        titles = self._catalog.titles(shown)
        entries = [Entry(each, titles.get(each, each), _tag(hashes[each])) for each in shown]
        return entries, shown[-1] if len(ids) > limit else None, len(hashes)

    def etag(self, document_id: str) -> str | None:
        """The entity tag, quotes included; None if there is no such document."""
        found = self._current().get(document_id)
        return _tag(found) if found else None

    def document(self, document_id: str) -> tuple[Document, str]:
        """(the document, its entity tag). Raises RefusedError if there is none."""
        document, etag = self._catalog.document(document_id), self.etag(document_id)
        if document is None or etag is None:
            raise RefusedError("not-found", "there is no such document; GET /v1/documents lists those that there are")
        return document, etag

    def passages(self, document_id: str) -> int:
        """Into how many passages it is cut."""
        return self._catalog.passage_counts([document_id]).get(document_id, 0)

    def _current(self) -> dict[str, str]:
        with self._lock:
            generation = self._catalog.generation
            if generation != self._seen:
                self._hashes = self._catalog.content_hashes()
                self._seen = generation
            return self._hashes


def names(header: str | None, etag: str | None) -> bool:
    """Whether an If-Match or If-None-Match header names the tag (None: there is no document)."""
    if header is None or etag is None:
        return False
    tags: Sequence[str] = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in tags or etag in tags


def _tag(content_hash: str) -> str:
    return f'"{content_hash[:_TAG_DIGITS]}"'
