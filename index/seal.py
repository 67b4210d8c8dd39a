"""Checksums: for each row and each folder of the store, as neither SQLite nor FAISS has any, and for single files."""

import hashlib
from pathlib import Path

_BYTES = 16


def seal(*values: str | bytes | int | None) -> bytes:
    """Of the values in their order; two different rows never run together to the same bytes."""
    digest = hashlib.blake2b(digest_size=_BYTES)
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.digest()


def folder_seal(folder: Path) -> str:
    """Over names and bytes of all files below a folder, lock files aside; raises OSError if one cannot be read."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if not path.name.endswith(".lock"):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(bytes.fromhex(sha256_of(path)))
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Of a file's bytes, in hexadecimal digits; raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
