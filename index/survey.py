"""Which files of a folder must be read again: first by what the file system says of them, then by their content."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import DocumentError
from corpus.limits import Limits
from corpus.load import Listing, read_file
from corpus.metadata import SIDECAR_SUFFIX
from index.ledger import FileRecord, failed

_COARSEST_CLOCK_NS = 2_000_000_000  # FAT's; within it, a second change may leave the times as they are


@dataclass(frozen=True, slots=True)
class Survey:
    """`changed` files must be parsed, with their sizes. Of the others, `settled` says what is known."""

    changed: tuple[FileRecord, ...]
    sizes: Mapping[str, int]
    settled: tuple[FileRecord, ...]


def survey(listing: Listing, known: Mapping[str, FileRecord], limits: Limits) -> Survey:
    """Content hashes decide. A file is hashed again unless size, inode, and times of content and inode are those
    that were seen when it was hashed before, and older then than the coarsest clock's step: no program can change
    a file's content and leave all of these as they are."""
    changed, settled, sizes = [], [], {}
    now = time.time()
    for file_id in listing.readable:
        before = known.get(file_id)
        stamp, size = _stamp(listing.folder / file_id)
        record = _looked_at(listing.folder, FileRecord(file_id, stamp=stamp), before, limits)
        waits = record.status == "failed" and not record.is_due(now)
        is_as_it_was = before is not None and record.status == "indexed" == before.status
        if waits or (before and is_as_it_was and record.content_hash == before.content_hash):
            settled.append(record)
        else:
            changed.append(record)
            sizes[file_id] = size
    skipped = (FileRecord(each.id, status="skipped", reason=each.reason) for each in listing.skipped)
    closed = (
        FileRecord(each.id, status="failed", reason=str(told))
        for each, told in zip(listing.closed, listing.failures, strict=True)
    )
    return Survey(tuple(changed), sizes, (*settled, *skipped, *closed))


def _looked_at(folder: Path, now: FileRecord, before: FileRecord | None, limits: Limits) -> FileRecord:
    """The record as it was if the content is, else a new one: with its hash, or with the reason why there is none."""
    if before and now.stamp and before.stamp == now.stamp:
        return before
    try:
        content_hash = read_file(folder, now.id, limits).content_hash
    except DocumentError as error:
        return failed(before, now, str(error))
    if before and before.content_hash == content_hash and before.status != "skipped":
        return replace(before, stamp=now.stamp)
    return replace(now, content_hash=content_hash)


def _stamp(path: Path) -> tuple[str, int]:
    """What the file system says of a file and its sidecar, "" if that is too young to prove anything; and the size."""
    told, youngest, size = [], 0, 0
    for each in (path, path.with_name(path.name + SIDECAR_SUFFIX)):
        try:
            found = each.stat()
        except (OSError, ValueError):
            told.append("-")
            continue
        told.append(f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_ino}")
        youngest = max(youngest, found.st_mtime_ns, found.st_ctime_ns)
        size += found.st_size
    return (" ".join(told) if youngest < time.time_ns() - _COARSEST_CLOCK_NS else ""), size
