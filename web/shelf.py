"""The documents as they are listed and shown: pages of ids, and entity tags."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from corpus.document import Document
from index.engine import SearchEngine
from index.manifest import Manifest
from web.problem import RefusedError

_TAG_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a list."""

    id: str
    title: str
    etag: str
    metadata: Mapping[str, str]

    def to_json(self) -> dict[str, object]:
        return {"id": self.id, "title": self.title, "etag": self.etag, "metadata": dict(self.metadata)}


@dataclass(frozen=True, slots=True)
class _Catalogued:
    """The ids, in order, and content hashes of one generation."""

    manifest: Manifest | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    ids: Sequence[str] = ()


class Shelf:
    """Shows what searches see; remembers the ids and hashes of the generation that it last looked at."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._last = _Catalogued()

    def page(self, after: str, limit: int) -> tuple[list[Entry], str | None, int]:
        """(entries behind that id, where the next page begins, how many there are in all)."""
        with self._engine.reading():
            now = self._current()
            first = bisect_right(now.ids, after)
            shown = now.ids[first : first + limit]
            titles, said = self._engine.catalog.titles(shown), self._engine.catalog.metadata_of(shown)
        entries = [Entry(each, titles[each], _tag(now.hashes[each]), said[each]) for each in shown]
        return entries, shown[-1] if len(now.ids) > first + limit else None, len(now.ids)

    def etag(self, document_id: str) -> str | None:
        """The entity tag, quotes included; None if there is no such document."""
        with self._engine.reading():
            found = self._current().hashes.get(document_id)
        return _tag(found) if found else None

    def document(self, document_id: str) -> tuple[Document, str]:
        """(the document, its entity tag). Raises RefusedError if there is none."""
        with self._engine.reading():
            document, etag = self._engine.catalog.document(document_id), self.etag(document_id)
        if document is None or etag is None:
            raise RefusedError("not-found", "there is no such document; GET /v1/documents lists those that there are")
        return document, etag

    def passages(self, document_id: str) -> int:
        """Into how many passages it is cut."""
        with self._engine.reading():
            return self._engine.catalog.passage_counts([document_id]).get(document_id, 0)

    def _current(self) -> _Catalogued:
        with self._engine.reading() as found, self._lock:
            manifest = found.manifest if found else None
            if manifest != self._last.manifest:
                hashes = self._engine.catalog.content_hashes()
                self._last = _Catalogued(manifest, hashes, sorted(hashes))
            return self._last


def _tag(content_hash: str) -> str:
    return f'"{content_hash[:_TAG_DIGITS]}"'
