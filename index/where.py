"""Which documents or pages a search is limited to, and how a person writes it: `after:2022-11-01 source:nytimes`."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from corpus.dates import iso_date
from corpus.document import Document
from corpus.errors import QuestionError

KEYS = ("folder", "source", "title", "author", "after", "before", "page")
"""What every document can be limited by; further keys are what the documents say of themselves."""
_QUOTED = r'"[^"]*"|“[^”]*”'
_KEY = r"(?<!\S)([^\W\d][\w-]*):"
_PAGES = re.compile(r"0*([1-9]\d{0,6})(?:[-–]0*([1-9]\d{0,6}))?")
_WORD = re.compile(rf"{_KEY}({_QUOTED}|\S+)")
_IN_A_QUESTION = re.compile(rf"\s*{_KEY}({_QUOTED}|(?!//)\S*[^\s?!.,;])")


@dataclass(frozen=True, slots=True)
class Where:
    """Limits, each (key, value), that a document meets all of; none limits nothing. Printed as a person writes them.

    `folder` is the path of a folder below the corpus, or of a file of several documents. A document dated `after` is
    met by that day and later ones, `before` by earlier ones; both are `YYYY-MM-DD`. Any other key is met by a field
    that contains the value, in upper or lower case. A document without the field does not meet the limit. `page`, a
    number or a range such as `3-5`, limits the passages of a document to those that begin there.
    """

    limits: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.limits)

    @property
    def parts_documents(self) -> bool:
        """Whether some passages of a document may meet it and others not."""
        return any(key == "page" for key, _ in self.limits)

    def __and__(self, other: "Where") -> "Where":
        return Where(tuple(dict.fromkeys((*self.limits, *other.limits))))

    def __str__(self) -> str:
        return " ".join(f"{key}:{_written(value)}" for key, value in self.limits)


ANYWHERE = Where()


def parse_where(words: str) -> Where:
    """From `key:value` words; a value with spaces stands in double quotes. Raises QuestionError for other words."""
    rest = _WORD.sub("", words).strip()
    if rest:
        raise QuestionError(
            f'{rest.split()[0]!r} is no filter; write key:value, such as after:2022-11-01 or author:"A. Name"'
        )
    return _where(_WORD.findall(words))


def question_and_where(question: str, keys: Collection[str] = ()) -> tuple[str, Where]:
    """A question without the filters that stand in it, and those. Only KEYS and the folded `keys` are filters there.

    Raises QuestionError for a filter that has no value, or no date where it needs one.
    """
    found = [match for match in _IN_A_QUESTION.finditer(question) if match[1].casefold() in {*KEYS, *keys}]
    for match in reversed(found):
        question = question[: match.start()] + question[match.end() :]
    return (question.strip() if found else question), _where([(match[1], match[2]) for match in found])


def usable_keys(names: Collection[str]) -> list[str]:
    """All keys that some document can meet, those of KEYS first; `names` are the fields that documents have."""
    dated = ("after", "before") if "date" in names else ()
    return list(dict.fromkeys((*(key for key in KEYS if key in ("folder", *dated, *names)), *names)))


def page_range(value: str) -> tuple[int, int]:
    """The first and the last page that a limit names."""
    first, _, last = value.partition("-")
    return int(first), int(last or first)


def fields(document: Document) -> Mapping[str, str]:
    """What can be filtered by: folded values by folded name. A date that is not understood is left out."""
    found = {key.casefold(): value.casefold() for key, value in document.metadata.items()}
    found |= {"title": document.title.casefold(), "source": document.source.casefold()}
    date = iso_date(document.metadata.get("date", ""))
    return found | {"date": date} if date else {key: value for key, value in found.items() if key != "date"}


def _where(found: Collection[tuple[str, str]]) -> Where:
    limits = ((key.casefold(), _unquoted(value)) for key, value in found)
    return Where(tuple(dict.fromkeys((key, _checked(key, value)) for key, value in limits)))


def _unquoted(value: str) -> str:
    return (value[1:-1] if re.fullmatch(_QUOTED, value) else value).strip()


def _written(value: str) -> str:
    """As it is read again: in quotes where it has a space or begins with one of them."""
    if not re.search(r'\s|^["“]', value):
        return value
    return f"“{value}”" if '"' in value else f'"{value}"'


def _checked(key: str, value: str) -> str:
    """The value as it is compared with."""
    value = value.strip("/") if key == "folder" else value
    if not value:
        raise QuestionError(f"{key}: has no value; write one behind the colon, such as {key}:words")
    if key == "page":
        return _checked_pages(value)
    if key not in ("after", "before"):
        return value
    day = iso_date(value)
    if not day:
        raise QuestionError(f"{key}:{value} is no date; write it as {key}:2022-11-01")
    return day


def _checked_pages(value: str) -> str:
    found = _PAGES.fullmatch(value)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if first > last:
        raise QuestionError(f"page:{value} is no page; write it as page:3 or page:3-5")
    return f"{first}-{last}" if last > first else str(first)
