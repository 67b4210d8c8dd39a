"""The derived indexes of one generation, in a folder that never changes once it is published."""

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index import lexical
from index.dense import DenseIndex
from index.files import sync_folder
from index.homes import Homes
from index.lexical import LexicalIndex
from index.manifest import Manifest
from index.records import Counts, Records
from index.seal import folder_seal

PREFIX = "generation-"


@dataclass(frozen=True, slots=True)
class Indexes:
    """Dense and lexical indexes of passages, and the lexical one of whole documents; none for an empty manifest."""

    manifest: Manifest
    dense: DenseIndex
    passages: LexicalIndex
    documents: LexicalIndex
    homes: Homes

    def agree(self) -> bool:
        """Whether they hold what the catalog holds in their generation."""
        ids = self.homes.passage_ids
        dense = len(self.dense.ids) == len(ids) and bool((self.dense.ids == ids).all())
        return dense and len(self.passages) == len(ids) and len(self.documents) == len(self.homes.documents)


def load(store: Path, manifest: Manifest, records: Records) -> Indexes | None:
    """The published indexes, and the homes of the generation that the records are read in.

    None if they are not there, or if their bytes are not those that were published.
    """
    folder = store / manifest.folder
    try:
        if not manifest.folder or folder_seal(folder) != manifest.seal:
            return None
        passages, documents = (LexicalIndex.load(folder / name) for name in (lexical.PASSAGES, lexical.DOCUMENTS))
        return Indexes(manifest, DenseIndex.load(folder), passages, documents, records.homes())
    except OSError:  # they are being cleared away by whoever published newer ones
        return None


def make(store: Path, records: Records, previous: Indexes | None) -> Indexes:
    """Indexes of the catalog's latest generation, in a folder of their own: the previous ones followed, if they can be.

    Raises OSError if the disk is full; then nothing but the new folder is touched, and that is removed.
    """
    counts, since = records.counts(), previous.manifest.generation if previous else 0
    if previous and not (int(records.fact("dropped") or 0) <= since <= counts.generation):
        previous = None  # what was removed in between is no longer remembered
    folder = store / f"{PREFIX}{counts.generation}-{secrets.token_hex(4)}"
    try:
        folder.mkdir()
        dense = _dense(records, counts, previous)
        dense.save(folder)
        passages, documents = (
            _lexical(folder / name, records, previous) for name in (lexical.PASSAGES, lexical.DOCUMENTS)
        )
        for each in (folder / lexical.PASSAGES, folder / lexical.DOCUMENTS, folder, store):
            sync_folder(each)
        manifest = Manifest(folder.name, counts.generation, folder_seal(folder), records.fields_seal())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Indexes(manifest, dense, passages, documents, records.homes())


def clear(store: Path, keep: str) -> None:
    """Delete the folders of other generations, and what killed processes left."""
    for path in store.glob(f"{PREFIX}*"):
        if path.name != keep:
            shutil.rmtree(path, ignore_errors=True)


def _dense(records: Records, counts: Counts, previous: Indexes | None) -> DenseIndex:
    if previous:
        since = previous.manifest.generation
        removed = records.removed_since(since)
        if previous.dense.can_follow(counts.passages, len(removed)):
            return previous.dense.followed(((e.id, e.vector) for e in records.entries_since(since)), removed)
    return DenseIndex.build(((e.id, e.vector) for e in records.entries_since(0)), counts.passages)


def _lexical(folder: Path, records: Records, previous: Indexes | None) -> LexicalIndex:
    """The previous generation's segments are shared, not copied: tantivy changes no file, it makes new ones."""
    if previous is None:
        index, since, removed = LexicalIndex.create(folder), 0, []
    else:
        since = previous.manifest.generation
        removed = records.removed_since(since)
        before = folder.parent.parent / previous.manifest.folder / folder.name
        shutil.copytree(before, folder, copy_function=_link, ignore=shutil.ignore_patterns("*.lock"))
        index = LexicalIndex.load(folder)
    index.apply(_added(folder.name, records, since), removed)
    return index


def _added(name: str, records: Records, since: int) -> Iterator[tuple[int, int, str, str]]:
    if name == lexical.DOCUMENTS:
        return records.documents_since(since)
    return ((entry.id, entry.document, entry.title, entry.text) for entry in records.entries_since(since))


def _link(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)
