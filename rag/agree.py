"""Whether two findings of different documents confirm or contradict each other."""

import re

from rag.expect import expected_kind
from rag.read import Finding
from rag.terms import key_terms

SAME_STATEMENT = 0.5
"""Two sentences state the same thing if they share this much of their words' weight, their answers left out."""
_DIGITS = re.compile(r"\d[\d,.]*\d|\d")
_WORD = re.compile(r"[^\W_]+")
_ARTICLES = frozenset("a an the".split())


def confirms(one: Finding, other: Finding) -> bool:
    """Whether another document gives the same short answer, in other words."""
    mine, theirs = _words(one.short_answer), _words(other.short_answer)
    if not _elsewhere(one, other) or not mine or not theirs:
        return False
    return mine == theirs and one.words(one.sentence) != other.words(other.sentence)


def contradicts(question: str, one: Finding, other: Finding) -> bool:
    """Whether another document states the same thing with another number, date or name where one is asked for."""
    kind = expected_kind(question)
    if kind is None or not _elsewhere(one, other):
        return False
    if kind == "name":
        mine, theirs = _words(one.short_answer), _words(other.short_answer)
    else:
        mine, theirs = _numbers(one.short_answer), _numbers(other.short_answer)
    return bool(mine and theirs) and mine.isdisjoint(theirs) and _same_statement(one, other)


def _elsewhere(one: Finding, other: Finding) -> bool:
    return one.hit.passage.document_id != other.hit.passage.document_id


def _same_statement(one: Finding, other: Finding) -> bool:
    mine, theirs = (key_terms(_without_answer(each)) for each in (one, other))
    both = {**mine, **theirs}
    shared = sum(weight for stem, weight in both.items() if stem in mine and stem in theirs)
    return bool(both) and shared >= SAME_STATEMENT * sum(both.values())


def _without_answer(finding: Finding) -> str:
    text = finding.words(finding.sentence)
    start, end = finding.span.start - finding.sentence.start, finding.span.end - finding.sentence.start
    return text[:start] + text[end:]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _ARTICLES


def _numbers(text: str) -> frozenset[str]:
    return frozenset(number.replace(",", "") for number in _DIGITS.findall(text))
