"""Who may read and who may write: tokens from a file.

    # name   scopes       token
    alice    read         rT8nqk2LwvX0cJ5m
    ingest   read,write   Zp4sVd91MhyQeU7b

One a line, at least 16 characters of ASCII, made for instance by `openssl rand -hex 24`. `write` is the right to put
and delete documents; it implies `read`.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from corpus.errors import UserError

SCOPES = frozenset({"read", "write"})
SHORTEST = 16
_FIELDS = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A client by name; of its secret only the digest is kept."""

    name: str
    may_write: bool
    digest: bytes


def read_tokens(path: Path) -> tuple[Token, ...]:
    """The tokens of a file. Raises UserError naming the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: cannot be read as UTF-8 text; give a file of tokens with --token-file FILE"
        ) from error
    rows = [(number, line.split()) for number, line in enumerate(lines, start=1)]
    tokens = [_token(fields, f"{path}, line {number}") for number, fields in rows if fields and fields[0][0] != "#"]
    if not tokens:
        raise UserError(f"{path}: holds no token; write a line `NAME read,write TOKEN`")
    if len({each.digest for each in tokens}) < len(tokens) or len({each.name for each in tokens}) < len(tokens):
        raise UserError(f"{path}: a name or a token stands there twice; give each client its own")
    return tuple(tokens)


def owner(tokens: Sequence[Token], secret: str) -> Token | None:
    """Whose token it is, or None; takes the same time whichever it is."""
    digest, found = _digest(secret), None
    for each in tokens:
        if hmac.compare_digest(each.digest, digest):
            found = each
    return found


def _token(fields: Sequence[str], where: str) -> Token:
    if len(fields) != _FIELDS:
        raise UserError(f"{where}: must be `NAME SCOPES TOKEN`, such as: alice read,write rT8nqk2LwvX0cJ5m")
    name, scopes, secret = fields
    unknown = set(scopes.split(",")) - SCOPES
    if unknown:
        raise UserError(f"{where}: there is no scope {sorted(unknown)[0]!r}; write read, or read,write")
    if len(secret) < SHORTEST or not secret.isascii():
        raise UserError(f"{where}: the token must have at least {SHORTEST} characters of ASCII; make a longer one")
    return Token(name, "write" in scopes.split(","), _digest(secret))


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()
