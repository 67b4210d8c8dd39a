"""Files that come in over HTTP: where in the corpus folder one may lie, and how it gets there whole or not at all."""

import os
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from corpus.load import list_corpus
from corpus.parse import PARSERS, SIDECAR_SUFFIX, parse
from web.problem import RefusedError

ID_BYTES = 500
PART_BYTES = 200


@dataclass(frozen=True, slots=True)
class Folder:
    """A corpus folder that may be written to."""

    path: Path

    def put(self, document_id: str, data: bytes) -> None:
        """Write a file in the place of what had its name; on disk when this returns.

        Raises DocumentError for a file that no document can be made of, RefusedError for a name that cannot be.
        """
        target = self._place(document_id)
        parse(document_id, data)
        part = target.with_name(f".{token_hex(8)}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._check_inside(target)
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except OSError as error:
            raise RefusedError(
                "conflict", f"the file cannot be written ({error.strerror}); choose another id"
            ) from error
        finally:
            part.unlink(missing_ok=True)

    def delete(self, document_id: str) -> None:
        """Remove a file and its sidecar. Raises RefusedError for the last document: a folder of none is no corpus."""
        target = self._place(document_id)
        self._check_inside(target)
        if list_corpus(self.path).readable == (document_id,):
            raise RefusedError("conflict", "this is the last document; upload another before deleting it")
        target.unlink(missing_ok=True)
        target.with_name(target.name + SIDECAR_SUFFIX).unlink(missing_ok=True)

    def _place(self, document_id: str) -> Path:
        reason = unsafe(document_id)
        if reason:
            raise RefusedError("document", f"the id {reason}; choose a path such as news/today.txt")
        return self.path / document_id

    def _check_inside(self, target: Path) -> None:
        """No link on the way leads elsewhere."""
        if target.parent.resolve() != self.path.resolve() / target.parent.relative_to(self.path) or target.is_symlink():
            raise RefusedError("document", "the id leads through a link; choose a path of folders and files")
        if target.is_dir():
            raise RefusedError("document", "the id names a folder; choose the path of a file")


def unsafe(document_id: str) -> str:
    """Why a document of that id cannot lie in a folder; "" if it can."""
    parts = document_id.split("/")
    suffix = "." + parts[-1].rpartition(".")[2].lower()
    reasons = {
        "is too long": len(document_id.encode(errors="replace")) > ID_BYTES
        or any(len(part.encode(errors="replace")) > PART_BYTES for part in parts),
        "has an empty part": "" in parts,
        "has a part that begins with a dot": any(part.startswith(".") for part in parts),
        "has a character that file names should not have": not document_id.isprintable() or "\\" in document_id,
        f"does not end in one of {', '.join(sorted(PARSERS))}": suffix not in PARSERS,
        f"ends in {SIDECAR_SUFFIX}": document_id.endswith(SIDECAR_SUFFIX),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
