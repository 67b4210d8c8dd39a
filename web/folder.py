"""Files that come in over HTTP: where in the corpus folder one may lie, and how it gets there whole or not at all."""

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from secrets import token_hex

from corpus.formats.known import why_not
from corpus.load import list_corpus
from corpus.metadata import SIDECAR_SUFFIX
from web.problem import RefusedError

ID_BYTES = 500
PART_BYTES = 200
FORBIDDEN = ("\\", "\ufffd")
"""What separates folders elsewhere, and what stands for bytes that are no text: two such ids could be one."""
UPLOADS = ".uploads"
"""Where files are written before they take their place; hidden, so that nothing in it is a document."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A corpus folder that may be written to, by one server at a time."""

    path: Path

    def put(self, document_id: str, data: bytes) -> None:
        """Write a file in the place of what had its name; in the folder when this returns.

        Raises RefusedError for a name or a place that cannot be.
        """
        target, part = self._place(document_id), self.path / UPLOADS / token_hex(8)
        try:
            part.parent.mkdir(exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise RefusedError(
                "conflict", f"the file cannot be written ({error.strerror}); choose another id"
            ) from error

    def delete(self, document_id: str) -> None:
        """Remove a file and its sidecar. Raises RefusedError for the last document: a folder of none is no corpus."""
        target = self._place(document_id)
        if not target.is_file():
            raise RefusedError("not-found", "there is no such file; a document within a file goes with that file")
        if list_corpus(self.path).readable == (document_id,):
            raise RefusedError("conflict", "this is the last document; upload another before deleting it")
        target.unlink(missing_ok=True)
        target.with_name(target.name + SIDECAR_SUFFIX).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what a server that was killed had not finished writing."""
        for part in (self.path / UPLOADS).glob("*"):
            part.unlink(missing_ok=True)

    def _place(self, document_id: str) -> Path:
        """Where the file lies. No link on the way leads elsewhere."""
        reason = unsafe(document_id)
        if reason:
            raise RefusedError("document", f"the id {reason}; choose a path such as news/today.txt")
        target = self.path / document_id
        if target.parent.resolve() != self.path.resolve() / target.parent.relative_to(self.path) or target.is_symlink():
            raise RefusedError("document", "the id leads through a link; choose a path of folders and files")
        if target.is_dir():
            raise RefusedError("document", "the id names a folder; choose the path of a file")
        return target


def unsafe(document_id: str) -> str:
    """Why a document of that id cannot lie in a folder; "" if it can."""
    parts = document_id.split("/")
    if _bytes(document_id) > ID_BYTES or any(_bytes(part) > PART_BYTES for part in parts):
        return "is too long"
    if "" in parts or any(part.startswith(".") for part in parts):
        return "has a part that is empty or begins with a dot"
    if not document_id.isprintable() or any(each in document_id for each in FORBIDDEN):
        return "has a character that file names should not have"
    if document_id.endswith(SIDECAR_SUFFIX):
        return f"ends in {SIDECAR_SUFFIX}"
    unread = why_not(PurePosixPath(document_id).suffix.lower())
    return f"cannot be: {unread}" if unread else ""


def _bytes(name: str) -> int:
    return len(name.encode(errors="replace"))
