"""What a name may look like: no character that deceives the eye, no way out of the folder."""

import re
import unicodedata

_TURNS_TEXT_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DECEPTIVE = frozenset(("Cc", "Zl", "Zp"))  # control characters, and separators that break a line
_LONGEST = 200


def has_deceptive_characters(name: str) -> bool:
    """Whether a name could break a line, hide itself or read in another order than it is written."""
    return any(_deceives(character) for character in name)


def is_utf8(name: str) -> bool:
    """Whether a name on disk is text: elsewhere, bytes that are none have become halves of characters."""
    return not any(unicodedata.category(character) == "Cs" for character in name)


def shown(name: str) -> str:
    """The name with deceptive characters, and halves of characters, written as escapes: `a\\nb`."""
    return "".join(_escaped(c) if _deceives(c) or unicodedata.category(c) == "Cs" else c for c in name)


def leads_out(name: str) -> bool:
    """Whether a name inside an archive is absolute or climbs above it, in the manner of any system."""
    path = name.replace("\\", "/")
    return path.startswith("/") or re.match(r"[A-Za-z]:", path) is not None or ".." in path.split("/")


def is_hidden(name: str) -> bool:
    """Whether a name inside an archive is one of those that systems add and people do not see."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in (".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def part_name(name: str) -> str:
    """What a part is called within its file's id: relative, of one line, without `..`, never empty."""
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip() not in ("", ".", "..")]
    safe = shown("/".join(part.strip() for part in parts))
    return safe if len(safe) <= _LONGEST else safe[: _LONGEST // 2] + "…" + safe[1 - _LONGEST // 2 :]


def numbered(name: str, number: int) -> str:
    """The name of the second and later parts that are called the same: `a (2).pdf`."""
    head, dot, suffix = name.rpartition(".")
    return f"{head} ({number}).{suffix}" if dot and head and "/" not in suffix else f"{name} ({number})"


def _deceives(character: str) -> bool:
    return character in _TURNS_TEXT_AROUND or unicodedata.category(character) in _DECEPTIVE


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
