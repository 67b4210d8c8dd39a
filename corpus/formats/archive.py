"""ZIP archives: each member is read as a file of its own would be; nothing is ever written to disk."""

import stat
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from zipfile import ZipFile, ZipInfo

from corpus.formats.package import member, opened
from corpus.formats.piece import File, Part, Piece, Skipped
from corpus.limits import in_mebibytes
from corpus.metadata import SIDECAR_SUFFIX
from corpus.names import is_hidden, leads_out, part_name, shown


def zip_archive(file: File) -> Iterator[Piece]:
    """The members, in the order of their names; a sidecar goes with the member that it lies beside."""
    with opened(file) as archive:
        sidecars = {info.filename: info for info in archive.infolist() if info.filename.endswith(SIDECAR_SUFFIX)}
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.is_dir() or is_hidden(info.filename) or info.filename in sidecars:
                continue
            if leads_out(info.filename):
                what = f"its member '{shown(info.filename)}' points out of the archive and was left out"
                yield file.refused(f"{what}; rename it within the archive")
            elif stat.S_ISLNK(info.external_attr >> 16):
                yield Skipped(info.filename, "a link inside an archive; put the file itself there")
            else:
                yield _part(file, archive, info, sidecars.get(info.filename + SIDECAR_SUFFIX))


def _part(file: File, archive: ZipFile, info: ZipInfo, sidecar: ZipInfo | None) -> Part:
    itself = File(f"{file.id}/{part_name(info.filename)}", "", b"", file.limits)
    return Part(
        info.filename,
        PurePosixPath(info.filename).suffix.lower(),
        partial(_read, itself, archive, info),
        partial(_read, itself, archive, sidecar) if sidecar else bytes,
    )


def _read(itself: File, archive: ZipFile, info: ZipInfo) -> bytes:
    if info.file_size > itself.limits.file_bytes:
        found = f"larger than {in_mebibytes(itself.limits.file_bytes)}"
        raise itself.over("file_bytes", found, "split it into smaller files")
    return member(itself, archive, info)
