"""Bringing a store in step with a folder: only what changed is parsed, split and embedded."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Passage
from corpus.errors import CorpusError, DocumentError, StoreError
from corpus.load import list_corpus, read_file
from corpus.parse import title_from_name
from corpus.split import split
from corpus.tokens import count_tokens
from index.catalog import EmbeddedPassage
from index.embed import Embedder, Vectors
from index.engine import SearchEngine
from index.recipe import Recipe

_EMBED_AT_ONCE = 512

Progress = Callable[[int, int, int], None]
"""Called with (documents done, documents to do, passages embedded so far)."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in document ids. `embedded` counts the passages that the model had to read."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[str, ...] = ()
    failures: tuple[DocumentError, ...] = ()
    passages: int = 0
    embedded: int = 0


def no_progress(done: int, total: int, embedded: int) -> None:
    """Says nothing."""


def sync(folder: Path, engine: SearchEngine, embedder: Embedder, progress: Progress = no_progress) -> SyncReport:
    """Make the store hold what the folder holds.

    Content hashes decide what changed. A file that cannot be read is reported and leaves what the store
    had of it; the others go in. Each document is one transaction, so that an interrupted sync continues
    where it stopped. Raises CorpusError for a missing or empty folder, StoreError if another process writes.
    """
    with engine.writing():
        listing = list_corpus(folder)
        known = engine.catalog.content_hashes()
        changes, failures = _read_changes(folder, listing.readable, known)
        if len(failures) == len(listing.readable) and not known:
            raise CorpusError(f"{folder}: none of its files can be read; the first: {failures[0]}")
        gone = tuple(sorted(set(known) - set(listing.readable)))
        writer = _Writer(engine, embedder)
        written, unfit = writer.write(folder, changes, progress)
        for document_id in gone:
            engine.delete(document_id)
        engine.refresh()
        engine.catalog.set_fact("corpus", str(folder.resolve()))
    return SyncReport(
        added=tuple(i for i in written if i not in known),
        changed=tuple(i for i in written if i in known),
        deleted=gone,
        unchanged=len(listing.readable) - len(changes) - len(failures),
        skipped=listing.skipped,
        failures=(*failures, *unfit),
        passages=engine.catalog.counts().passages,
        embedded=writer.embedded,
    )


def _read_changes(
    folder: Path, readable: tuple[str, ...], known: dict[str, str]
) -> tuple[list[str], list[DocumentError]]:
    """Ids whose content differs from what the store knows; their bytes are read again when their turn comes."""
    changes, failures = [], []
    for document_id in readable:
        try:
            if read_file(folder, document_id).content_hash != known.get(document_id):
                changes.append(document_id)
        except DocumentError as error:
            failures.append(error)
    return changes, failures


class _Writer:
    """Splits, embeds what was never embedded before, and writes each document in a transaction."""

    def __init__(self, engine: SearchEngine, embedder: Embedder) -> None:
        self._engine = engine
        self._embedder = embedder
        self.embedded = 0

    def write(self, folder: Path, document_ids: list[str], progress: Progress) -> tuple[list[str], list[DocumentError]]:
        """(ids written, failures)."""
        written: list[str] = []
        failures: list[DocumentError] = []
        for group in _groups(self._prepare(folder, document_ids, failures)):
            vectors = self._vectors([text for prepared in group for text in prepared.inputs])
            for prepared in group:
                passages = [
                    EmbeddedPassage(passage, vectors[_hash(text)], _hash(text))
                    for passage, text in zip(prepared.passages, prepared.inputs, strict=True)
                ]
                self._engine.upsert(prepared.document, prepared.content_hash, passages)
                written.append(prepared.document.id)
                progress(len(written) + len(failures), len(document_ids), self.embedded)
        return written, failures

    def _prepare(self, folder: Path, document_ids: list[str], failures: list[DocumentError]) -> Iterator["_Prepared"]:
        if not document_ids:
            return
        prepare = Preparation(self._engine.catalog.recipe, self._embedder)
        for document_id in document_ids:
            try:
                file = read_file(folder, document_id)
                yield _Prepared(file.content_hash, *prepare(file.document()))
            except DocumentError as error:
                failures.append(error)

    def _vectors(self, texts: list[str]) -> dict[bytes, Vectors]:
        known = self._engine.catalog.vectors_for([_hash(text) for text in texts])
        new = {_hash(text): text for text in texts if _hash(text) not in known}
        self.embedded += len(new)
        if new:
            known |= zip(new, self._embedder.embed_passages(list(new.values())), strict=True)
        return known


class Preparation:
    """A document to its passages and, for each, the text to embed: the title, as far as it fits, before it."""

    def __init__(self, recipe: Recipe, embedder: Embedder) -> None:
        """Raises StoreError if the recipe's passages could be longer than what the embedder reads."""
        room = embedder.max_tokens - recipe.title_tokens
        if recipe.passage_tokens > room:
            raise StoreError(
                f"passages of {recipe.passage_tokens} tokens and titles of {recipe.title_tokens} do not fit in the "
                f"{embedder.max_tokens} tokens that {recipe.embedder} reads; use at most {room} for passages"
            )
        self._recipe = recipe
        self._embedder = embedder

    def __call__(self, document: Document) -> tuple[Document, list[Passage], list[str]]:
        passages = split(document, self._recipe.passage_tokens, self._recipe.overlap_tokens, self._count)
        title = self._title(document)
        return document, passages, [f"{title}\n{passage.text}" if title else passage.text for passage in passages]

    def _count(self, texts: Sequence[str]) -> list[int]:
        """The larger of both counts: the budget is in tiktoken's tokens, the model's limit in its own."""
        return [max(pair) for pair in zip(count_tokens(texts), self._embedder.count_tokens(texts), strict=True)]

    def _title(self, document: Document) -> str:
        """As many of the title's words as the recipe allows; none if the title is only the file's name."""
        words = [] if document.title == title_from_name(document.id) else document.title.split()
        while words and self._count([" ".join(words)])[0] >= self._recipe.title_tokens:
            words.pop()
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class _Prepared:
    content_hash: str
    document: Document
    passages: list[Passage]
    inputs: list[str]


def _groups(prepared: Iterator[_Prepared]) -> Iterator[list[_Prepared]]:
    """Documents together that hold enough passages to fill batches of like length."""
    group: list[_Prepared] = []
    for one in prepared:
        group.append(one)
        if sum(len(each.inputs) for each in group) >= _EMBED_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
