"""JSON, JSON lines and plain lines, read with an eye on all that may be wrong with them.

Knows no benchmark. Files come from anywhere: out comes a `Row`, or a DataError that names the file, the place
in it and what is the matter. Half surrogates, which JSON can write and UTF-8 cannot, become U+FFFD, so that
whatever was read can be stored, and offsets stay as they are.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from corpus.errors import DataError
from index.seal import sha256_of

_MARK = b"\xef\xbb\xbf"
_HALF_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONGEST_SHOWN = 60
_KINDS = {
    str: "text",
    int: "a whole number",
    list: "a list",
    dict: "an object",
    bool: "true or false",
    float: "a number",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """An object as it was read, the file that it stands in and where (`line 3`). All methods raise DataError."""

    source: str
    place: str
    fields: Mapping[str, Any]

    def error(self, what: str) -> DataError:
        """What is the matter with this row, naming its place."""
        return DataError(f"{self.source}, {self.place}: {what}" if self.place else f"{self.source}: {what}")

    def text(self, key: str) -> str:
        """What must be given as text."""
        return self._of(key, str)

    def optional(self, key: str) -> str:
        """Text, "" where there is none or null."""
        return "" if self.fields.get(key) is None else self.text(key)

    def question(self, key: str) -> str:
        """A question's text, which cannot be empty."""
        text = self.text(key).strip()
        if not text:
            raise self.error(f"{key!r} is empty; write a question there or take the row out")
        return text

    def identity(self, key: str) -> str:
        """An id: text that is not empty, or a whole number, which is read as text."""
        value = self.fields.get(key)
        name = str(self.whole(key)) if isinstance(value, int) else self.text(key)
        if not name.strip():
            raise self.error(f"{key!r} is empty; every id needs a character")
        return name

    def token(self, key: str) -> str:
        """An id that can stand in TREC's tables, whose columns are told apart by white space."""
        name = self.identity(key)
        if any(character.isspace() for character in name):
            raise self.error(f"the id {shown(name)} holds white space, which TREC's files cannot; replace it by `_`")
        return name

    def whole(self, key: str) -> int:
        """A whole number."""
        return self._of(key, int)

    def flag(self, key: str) -> bool:
        """True or false."""
        return self._of(key, bool)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self._of(key, list)
        if not all(isinstance(each, str) for each in values):
            raise self.error(f"{key!r} must be a list of texts")
        return tuple(values)

    def spellings(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of facts, each a list of the ways to write it, of which there is at least one."""
        facts = tuple(Row(self.source, self.place, {key: fact}).texts(key) for fact in self._of(key, list))
        if not all(fact and all(each.strip() for each in fact) for fact in facts):
            raise self.error(f"{key!r} must be a list of lists of texts, and none of them empty")
        return facts

    def rows(self, key: str) -> tuple["Row", ...]:
        """A list of objects, whose places are counted from 0."""
        prefix = f"{self.place}, " if self.place else ""
        found = tuple(Row(self.source, f"{prefix}{key} {n}", each) for n, each in enumerate(self._of(key, list)))
        for row in found:
            if not isinstance(row.fields, dict):
                raise row.error("must be a JSON object")
        return found

    def _of(self, key: str, kind: type[T]) -> T:
        if key not in self.fields:
            raise self.error(f"has no {key!r}")
        value = self.fields[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"{key!r} must be {_KINDS[kind]}, and is {_KINDS.get(type(value), 'null')}")
        return value


def read_rows(path: Path) -> Iterator[Row]:
    """The objects of a file of JSON lines, one after the other, so that the file need not fit in memory."""
    for number, line in read_lines(path):
        row = Row(str(path), f"line {number}", _parsed(path, number, line))
        if not isinstance(row.fields, dict):
            raise row.error("must be a JSON object")
        yield row


def read_json(path: Path) -> Row:
    """A file that is one JSON object; a list at the top is read as the object's `entry`."""
    data = _bytes(path).removeprefix(_MARK)
    try:
        parsed = _parsed(path, 1, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}, line {line}: is not UTF-8 text; save the file as UTF-8") from error
    row = Row(str(path), "", {"entry": parsed} if isinstance(parsed, list) else parsed)
    if not isinstance(row.fields, dict):
        raise row.error("must be a JSON object or list")
    return row


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1, without the line ends of any system."""
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                text = (line.removeprefix(_MARK) if number == 1 else line).decode("utf-8").rstrip("\r\n")
                if text.strip():
                    yield number, text
    except UnicodeDecodeError as error:
        raise DataError(f"{path}, line {number}: is not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def distinct(rows: Iterable[Row], name: Callable[[Row], str], what: str = "id") -> Iterator[tuple[str, Row]]:
    """Each row with its name; a name that comes again is refused, with both places."""
    places: dict[str, str] = {}
    for row in rows:
        key = name(row)
        if key in places:
            raise row.error(f"the {what} {shown(key)} stands already on {places[key]}; take one of them out")
        places[key] = row.place
        yield key, row


def hashes(folder: Path, paths: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of files, by their path below the folder."""
    try:
        return {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}
    except OSError as error:
        raise _unreadable(Path(error.filename or folder), error) from error


def mended(text: str) -> str:
    """The same text, with U+FFFD for every half of a surrogate pair that stands alone."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shown(name: str) -> str:
    """A name as messages quote it: one line, however long it is."""
    return repr(name if len(name) <= _LONGEST_SHOWN else name[:_LONGEST_SHOWN] + "…")


def _parsed(path: Path, line: int, text: str) -> Any:
    try:
        value = json.loads(text)
        if _HALF_SURROGATE.search(text):
            value = json.loads(mended(json.dumps(value, ensure_ascii=False)))
    except json.JSONDecodeError as error:
        at = f"{path}, line {line + error.lineno - 1}"
        raise DataError(f"{at}: is not valid JSON ({error.msg}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}, line {line}: is JSON with a number too long or lists too deep to read") from error
    return value


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"{path}: cannot be read ({error.strerror or error}); check that it is there and its permissions")
