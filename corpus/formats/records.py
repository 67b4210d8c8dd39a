"""JSON and JSON Lines: records with named text fields, each a document."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from corpus.decode import Decoded, decode
from corpus.formats.flow import flow
from corpus.formats.piece import Content, File, Piece
from corpus.metadata import in_one_line, properties

_TEXT = ("abstract", "summary", "text", "body", "content", "contents", "article", "passage", "question", "answer")
_TITLE = ("title", "headline", "subject", "name")
_NAME = ("id", "_id", "doc_id", "document_id", "uuid", "key")
_AUTHOR = ("author", "authors", "creator", "byline")
_DATE = ("date", "published", "published_at", "publication_date", "created", "created_at", "timestamp")
_SOURCE = ("source", "url", "link")
_MOST_FIELDS = 32
_LONGEST_FIELD = 500
_MOST_LISTED = 10
_ADVICE = "call the field with the text `text`, `body` or `content`"


def json_file(file: File) -> Iterator[Piece]:
    """One record, a list of records, or an object that holds one list of records."""
    decoded = decode(file.id, file.data)
    try:
        found = json.loads(decoded.text)
    except (ValueError, RecursionError) as error:
        raise file.refused(f"is not valid JSON ({_reason(error)}); correct it") from error
    if isinstance(found, Mapping) and _text(found):
        yield _content(found, decoded, "")
        return
    lists = [value for value in found.values() if _has_records(value)] if isinstance(found, Mapping) else [found]
    if len(lists) != 1 or not _has_records(lists[0]):
        raise file.refused(f"holds no text that is named; {_ADVICE}")
    yield from _records(file, enumerate(lists[0], 1), decoded)


def json_lines(file: File) -> Iterator[Piece]:
    """Each line a record; lines that are none are told together."""
    decoded = decode(file.id, file.data)
    numbered = enumerate(decoded.text.split("\n"), 1)
    yield from _records(file, ((number, _parsed(line)) for number, line in numbered if line.strip()), decoded)


def _records(file: File, records: Iterable[tuple[int, Any]], decoded: Decoded) -> Iterator[Piece]:
    """A document of each record, called by its id or else its number; at the end, which records are none."""
    without: list[int] = []
    for number, record in records:
        if isinstance(record, Mapping) and _text(record):
            yield _content(record, decoded, in_one_line(_first(record, _NAME)) or str(number))
        else:
            without.append(number)
    if without:
        listed = ", ".join(map(str, without[:_MOST_LISTED])) + ("…" if len(without) > _MOST_LISTED else "")
        what = f"{len(without):,} of its records are not JSON with named text (number {listed})"
        yield file.refused(f"{what}; correct them, or {_ADVICE}")


def _parsed(line: str) -> Any:
    """The record in a line; None where it is no JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _content(record: Mapping[str, Any], decoded: Decoded, name: str) -> Content:
    known = {*_TEXT, *_TITLE, *_NAME, *_AUTHOR, *_DATE, *_SOURCE}
    others = {key: text for key in record if key not in known and (text := _short(record[key]))}
    metadata = properties(
        title=_first(record, _TITLE),
        author=_first(record, _AUTHOR),
        date=_first(record, _DATE),
        source=_first(record, _SOURCE),
    )
    few = dict(list(others.items())[:_MOST_FIELDS])
    return Content(
        _text(record),
        properties(**{in_one_line(k): v for k, v in few.items()}) | metadata | decoded.metadata,
        name=name,
    )


def _text(record: Mapping[str, Any]) -> str:
    """All named text of a record, an abstract before the body."""
    return flow(dict.fromkeys(text for field in _TEXT for text in _strings(record.get(field))))


def _strings(value: Any) -> list[str]:
    return (
        [value]
        if isinstance(value, str)
        else [v for v in value if isinstance(v, str)]
        if isinstance(value, list)
        else []
    )


def _first(record: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    return next((text for field in fields if (text := _short(record.get(field)))), "")


def _short(value: Any) -> str:
    """A value that fits in a line: a string, a number, a list of strings."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    text = ", ".join(_strings(value))
    return text if len(text) <= _LONGEST_FIELD else ""


def _has_records(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(record, Mapping) and _text(record) for record in value)


def _reason(error: Exception) -> str:
    return (
        f"line {error.lineno}: {error.msg}"
        if isinstance(error, json.JSONDecodeError)
        else "nested too deeply or too large a number"
    )
