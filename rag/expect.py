"""What kind of thing a question asks for, and whether some words are of that kind. Rules, after Li and Roth 2002.

A year is a date and a sum is a number; whether it is the right one, the reader must know.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from index.lexical import stems
from rag.terms import carrying

_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands "
    "million millions billion billions trillion dozen dozens half quarter third twice once hour hours day days week "
    "weeks month months year years decade decades minute minutes  hour-long day-long week-long"
)
_DATE_WORDS = (
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow tonight "
    "morning afternoon evening night noon midnight spring summer autumn fall winter century decade year years month "
    "months week weeks weekend day days hour hours minutes ago"
)
_NUMBER = re.compile(rf"\d|\b(?:{'|'.join(_NUMBER_WORDS.split())})\b", re.IGNORECASE)
_DATE = re.compile(
    rf"\d|\b(?:{'|'.join(_DATE_WORDS.split())})\b|\b(?:before|after|during|when|while|until|since)\s+\w", re.IGNORECASE
)
_NAME = re.compile(r"\b(?!(?:They|He|She|It|We|I|You|The|A|An|His|Her|Their|Its|This|That|These|Those)\b)[A-Z]")
_LOWER_CASE_OPENER = r"^\W*(?:(?:and|but|so|in|on|at|by|from|for|to|of|with|about|until|since|around)\s+)?"

_ASKED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(_LOWER_CASE_OPENER + pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "number",
            r"(?:how (?:many|much|long|old|far|tall|large|big|high|often)|(?:what|which) (?:number|percentage|age))\b",
        ),
        ("date", r"(?:when|(?:what|which) (?:year|date|day|month|century|time|decade))\b"),
        ("name", r"(?:who|whom|whose|where|(?:what|which) (?:country|city|state|town|person|company|team))\b"),
    )
)
_YES_OR_NO = re.compile(
    _LOWER_CASE_OPENER + r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
    r"(?:n['’]t)?\b(?!.*\bor\b)",
    re.IGNORECASE | re.DOTALL,
)
_BY = re.compile(r"(\w+) by(?: the| an?)?\s*$", re.IGNORECASE)
_IS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {"number": _NUMBER.search, "date": _DATE.search, "name": _NAME.search}
)


def expected_kind(question: str) -> str | None:
    """`number`, `date`, `name`, or None for a question that words do not reveal."""
    return next((kind for kind, pattern in _ASKED if pattern.search(question)), None)


def asks_yes_or_no(question: str) -> bool:
    """Whether the question asks if something is so, and offers nothing to choose from."""
    return bool(_YES_OR_NO.match(question))


def acts_otherwise(question: str, before: str) -> bool:
    """Whether the words before a name say the asked deed of others, and another of it: "they denied claims made by"."""
    done = _BY.search(before)
    deed = set(stems(" ".join(carrying(question)[:1])))
    return done is not None and bool(deed & set(stems(before))) and not set(stems(done[1])) & set(stems(question))


def fits(kind: str | None, words: str) -> bool:
    """Whether the words hold something of the kind; anything fits no kind in particular."""
    return kind is None or bool(_IS[kind](words))
