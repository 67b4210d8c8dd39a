"""Which documents a search is limited to, and how a person writes it: `after:2022-11-01 source:nytimes`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from corpus.document import Document
from corpus.errors import QuestionError

_WORD = re.compile(r'(?<!\S)([^\W\d][\w-]*):("[^"]*"|\S+)')
_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?![\d/.-]*\d)")
_OWN = ("folder", "source", "title", "author", "after", "before")


@dataclass(frozen=True, slots=True)
class Where:
    """Limits that a document meets all of; the empty value limits nothing.

    `folder` is the path of a folder below the corpus, or of a file of several documents. `source`, `title`,
    `author` and the values in `metadata` (key, value) are met by a field that contains them, in upper or lower
    case. A document dated `after` is met by that day and later ones, `before` by earlier ones; both are
    `YYYY-MM-DD`. A document without the field does not meet the limit.
    """

    folder: str = ""
    source: str = ""
    title: str = ""
    author: str = ""
    after: str = ""
    before: str = ""
    metadata: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self != Where()

    def contained(self) -> tuple[tuple[str, str], ...]:
        """(field, folded words that it must contain), for the fields of `fields`."""
        own = (("source", self.source), ("title", self.title), ("author", self.author))
        return tuple((name.casefold(), words.casefold()) for name, words in (*own, *self.metadata) if words)


def parse_where(words: str) -> Where:
    """From `key:value` words; a value with spaces stands in double quotes. Raises QuestionError for other words."""
    rest = _WORD.sub("", words).strip()
    if rest:
        raise QuestionError(
            f'{rest.split()[0]!r} is no filter; write key:value, such as after:2022-11-01 or author:"A. Name"'
        )
    where = Where()
    for key, value in _WORD.findall(words):
        where = _with(where, key.casefold(), value.strip('"').strip())
    return where


def question_and_where(question: str) -> tuple[str, Where]:
    """A question without the filters that stand in it, and those; only the names that `Where` has are filters there."""
    found = [match for match in _WORD.finditer(question) if match[1].casefold() in _OWN]
    where = parse_where(" ".join(match[0] for match in found))
    for match in reversed(found):
        question = question[: match.start()] + question[match.end() :]
    return (" ".join(question.split()) if found else question), where


def iso_date(words: str) -> str:
    """The day that a date begins on, as `YYYY-MM-DD`; "" if it is not understood. ISO dates and those of e-mails."""
    match = _DATE.match(words.strip())
    if match:
        year, month, day = match[1], int(match[2] or 1), int(match[3] or 1)
        return f"{year}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""
    try:
        return parsedate_to_datetime(words).date().isoformat()
    except (TypeError, ValueError, IndexError, OverflowError):
        return ""


def fields(document: Document) -> Mapping[str, str]:
    """What can be filtered by: folded values by folded name. A date that is not understood is left out."""
    found = {key.casefold(): value.casefold() for key, value in document.metadata.items()}
    found |= {"title": document.title.casefold(), "source": document.source.casefold()}
    date = iso_date(document.metadata.get("date", ""))
    return found | {"date": date} if date else {key: value for key, value in found.items() if key != "date"}


def _with(where: Where, key: str, value: str) -> Where:
    if not value:
        raise QuestionError(f"{key}: has no value; write one behind the colon, such as {key}:words")
    if key not in _OWN:
        return replace(where, metadata=(*where.metadata, (key, value)))
    own = {name: getattr(where, name) for name in _OWN}
    own[key] = _day(key, value) if key in ("after", "before") else value.strip("/") if key == "folder" else value
    return Where(**own, metadata=where.metadata)


def _day(key: str, value: str) -> str:
    day = iso_date(value)
    if not day:
        raise QuestionError(f"{key}:{value} is no date; write it as {key}:2022-11-01")
    return day
