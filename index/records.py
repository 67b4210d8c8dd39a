"""Reading the catalog: documents, passages and vectors, as of one generation, each row held against its checksum."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from corpus.document import Document, Passage
from index.conditions import conditions
from index.database import Database
from index.embed import Vectors
from index.homes import Homes
from index.manifest import Manifest
from index.schema import damaged
from index.seal import seal
from index.where import ANYWHERE, Where

_PARAMETERS = 500
_LATEST = 1 << 62
_HEAD = "d.id, d.file, d.content_hash, d.title, d.source, d.metadata, d.pages, d.passages, d.born, d.seal"
_BODY = 'p.id, p.start, p."end", p.text, p.input_hash, p.vector, p.seal'
_SEEN = "d.born <= :at AND (d.died IS NULL OR d.died > :at)"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a catalog holds."""

    documents: int
    passages: int
    generation: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage as the indexes need it; `document` is the key of its document in the catalog."""

    id: int
    document: int
    title: str
    text: str
    vector: Vectors


class Records:
    """What the catalog holds: inside `reading`, as of the generation that was published; elsewhere, the latest."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Manifest]:
        """One snapshot for all that this thread reads inside: that of the published indexes, which it yields."""
        with self._database.reading():
            before = self._at
            manifest = Manifest.from_json(self.fact("indexes"))
            self._here.generation = manifest.generation
            try:
                yield manifest
            finally:
                self._here.generation = before

    @contextmanager
    def steady(self) -> Iterator[None]:
        """One snapshot of the latest commit for all that this thread reads inside."""
        with self._database.reading():
            yield

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None if there is none (any more)."""
        sql = f"SELECT {_HEAD}, t.text, t.seal FROM documents d JOIN texts t ON t.document = d.key"
        for row in self._seen(f"{sql} WHERE d.id = :id AND {_SEEN}", id=document_id):
            head, text = self._head(row[:10]), row[10]
            self._check(seal(text), row[11], f"the text of {document_id!r}")
            pages = tuple(json.loads(head["pages"]))
            metadata = MappingProxyType(dict(json.loads(head["metadata"])))
            return Document(head["id"], head["title"], text, head["source"], metadata, pages)
        return None

    def fields_of(self, document_id: str) -> dict[str, str]:
        """What filters see of a document, folded."""
        sql = "SELECT f.name, f.value FROM fields f JOIN documents d ON d.key = f.document WHERE d.id = :id AND"
        return dict(self._seen(f"{sql} {_SEEN}", id=document_id))

    def fields_seal(self) -> str:
        """A checksum over what filters see of every document."""
        fields = "SELECT f.document, f.name, f.value FROM fields f JOIN documents d ON d.key = f.document"
        sealed = b""
        for sql in (fields, "SELECT d.key, d.id, d.pages FROM documents d"):
            for row in self._database.stream(f"{sql} WHERE {_SEEN} ORDER BY 1, 2", {"at": self._at}):
                sealed = seal(sealed, *row)
        return sealed.hex()

    def field_names(self) -> list[str]:
        """What documents can be filtered by, folded, the most frequent first; `page` where they have pages."""
        named = "SELECT document, name FROM fields UNION ALL SELECT key, 'page' FROM documents WHERE pages <> '[]'"
        sql = f"SELECT f.name FROM ({named}) f JOIN documents d ON d.key = f.document WHERE {_SEEN}"
        return [row[0] for row in self._seen(f"{sql} GROUP BY f.name ORDER BY count(*) DESC, f.name")]

    def content_hashes(self) -> dict[str, str]:
        """Document id to content hash."""
        return dict(self._seen(f"SELECT d.id, d.content_hash FROM documents d WHERE {_SEEN} ORDER BY d.id"))

    def titles(self, document_ids: Sequence[str]) -> dict[str, str]:
        """Document id to title, for those that exist."""
        return {head["id"]: head["title"] for head in self._heads(document_ids)}

    def metadata_of(self, document_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Document id to what the document says of itself, for those that exist."""
        return {head["id"]: json.loads(head["metadata"]) for head in self._heads(document_ids)}

    def passage_counts(self, document_ids: Sequence[str]) -> dict[str, int]:
        """Document id to its number of passages, for those that have any."""
        return {head["id"]: head["passages"] for head in self._heads(document_ids) if head["passages"]}

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """The passages that exist, by id."""
        sql = f"SELECT d.id, {_BODY} FROM passages p JOIN documents d ON d.key = p.document WHERE {_SEEN} AND p.id IN"
        return {row[1]: self._passage(row) for row in self._in(sql, passage_ids)}

    def passages_of(self, document_id: str) -> list[Passage]:
        """A document's passages, in order; none if there is no such document."""
        sql = f"SELECT d.id, {_BODY} FROM passages p JOIN documents d ON d.key = p.document"
        rows = self._seen(f'{sql} WHERE d.id = :id AND {_SEEN} ORDER BY p.start, p."end"', id=document_id)
        return [self._passage(row) for row in rows]

    def vectors_for(self, input_hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Vectors of texts that were embedded before, by the hash of the text; also of documents just removed."""
        found: dict[bytes, Vectors] = {}
        sql = f"SELECT d.id, {_BODY} FROM passages p JOIN documents d ON d.key = p.document WHERE p.input_hash IN"
        for row in self._in(sql, input_hashes):
            self._passage(row)
            found[row[5]] = _vector(row[6])
        return found

    def entries_since(self, generation: int) -> Iterator[Entry]:
        """Every passage added after a generation, in the order of ids."""
        sql = f"SELECT d.id, {_BODY}, d.key, d.title FROM passages p JOIN documents d ON d.key = p.document"
        where = f"WHERE d.born > :since AND {_SEEN} ORDER BY p.id"
        for row in self._database.stream(f"{sql} {where}", {"since": generation, "at": self._at}):
            self._passage(row)
            yield Entry(row[1], row[8], row[9], row[4], _vector(row[6]))

    def documents_since(self, generation: int) -> Iterator[tuple[int, int, str, str]]:
        """(id of the first passage, key, title, text) of every document that was added after a generation."""
        sql = (
            "SELECT min(p.id), d.key, d.title, t.text FROM passages p JOIN documents d ON d.key = p.document "
            f"JOIN texts t ON t.document = d.key WHERE d.born > :since AND {_SEEN} GROUP BY d.key ORDER BY 1"
        )
        yield from self._database.stream(sql, {"since": generation, "at": self._at})

    def removed_since(self, generation: int) -> list[int]:
        """Ids of the passages removed after a generation."""
        sql = "SELECT p.id FROM passages p JOIN documents d ON d.key = p.document WHERE d.died > ? ORDER BY p.id"
        return [row[0] for row in self._database.rows(sql, (generation,))]

    def homes(self, where: Where = ANYWHERE) -> Homes:
        """The document of each passage that meets the limits."""
        limits, values = conditions(where)
        sql = "SELECT p.id, d.key FROM documents d CROSS JOIN passages p ON p.document = d.key WHERE"  # in this order
        found = self._seen(f"{sql} {' AND '.join((_SEEN, *limits))} ORDER BY 1", **values)
        rows = np.array(found, dtype=np.int64).reshape(-1, 2)
        return Homes(rows[:, 0].copy(), rows[:, 1].copy())

    def counts(self) -> Counts:
        """Documents, passages and generation, from one snapshot."""
        with self._database.reading():
            sql = f"SELECT count(*), coalesce(sum(d.passages), 0) FROM documents d WHERE {_SEEN}"
            ((documents, passages),) = self._seen(sql)
            return Counts(documents, passages, min(self._at, self.generation))

    @property
    def generation(self) -> int:
        """Raised by one with every change of a document."""
        return int(self.fact("generation") or 0)

    def fact(self, name: str) -> str:
        """A named fact about the store, "" if it is not known."""
        for value, sealed in self._database.rows("SELECT value, seal FROM facts WHERE name = ?", (name,)):
            self._check(seal(name, value), sealed, f"the fact {name!r}")
            return str(value)
        return ""

    @property
    def _at(self) -> int:
        return int(getattr(self._here, "generation", _LATEST))

    def _seen(self, sql: str, **parameters: object) -> list[Any]:
        return self._database.rows(sql, {"at": self._at} | parameters)

    def _in(self, sql: str, values: Sequence[object]) -> Iterator[Any]:
        for first in range(0, len(values), _PARAMETERS):
            named = {f"v{place}": value for place, value in enumerate(values[first : first + _PARAMETERS])}
            yield from self._seen(f"{sql} ({','.join(f':{name}' for name in named)})", **named)

    def _heads(self, document_ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        sql = f"SELECT {_HEAD} FROM documents d WHERE {_SEEN} AND d.id IN"
        yield from (self._head(row) for row in self._in(sql, document_ids))

    def _head(self, row: Sequence[Any]) -> dict[str, Any]:
        *values, sealed = row
        self._check(seal(*values), sealed, f"what is known of {row[0]!r}")
        names = ("id", "file", "content_hash", "title", "source", "metadata", "pages", "passages", "born")
        return dict(zip(names, values, strict=True))

    def _passage(self, row: Sequence[Any]) -> Passage:
        document_id, _, start, end, text, input_hash, vector, sealed = row[:8]
        self._check(seal(document_id, start, end, text, input_hash, vector), sealed, f"a passage of {document_id!r}")
        return Passage(document_id, start, end, text)

    def _check(self, computed: bytes, kept: object, what: str) -> None:
        if computed != kept:
            raise damaged(self._database.path, f"{what} does not match its checksum")


def _vector(blob: bytes) -> Vectors:
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)
