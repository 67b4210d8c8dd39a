"""`The letter`, `this company`: a noun that an earlier question told more about, with what it told."""

import re
from collections.abc import Sequence

from rag.terms import names, true_names
from rag.turn import Turn

_DESCRIPTION = re.compile(r"\b(?:the|this|these|those) (?P<noun>[a-z]{3,}(?:-[a-z]+)*)\b(?! of\b)")
_NEVER = frozenset(
    (
        "year month week day time way one ones same other most least first last next best worst only few many people "
        "world past future end number name case two three is was are were be has have had did does do can could will "
        "would should may might must if when where what who which how why not and for from with about that this"
    ).split()
)
_MODIFIER = r"(?:(?:[A-Z][\w’'.-]*\s+){1,3}|\b(?:the|an?)\s+(?P<one>[a-z][\w-]+)\s+)"
_RELATION = r"\s+(?:of|between|about|against)\s+(?:the\s+)?(?=[A-Z])"


def descriptions(question: str) -> list[re.Match[str]]:
    """Nouns with `the` or `this`, and no word between, of which the question tells nothing more."""
    return [match for match in _DESCRIPTION.finditer(question) if match["noun"] not in _NEVER]


def described(question: str, history: Sequence[Turn]) -> str:
    """The question with the descriptions in it as full as the latest turn that tells more gave them."""
    for match in reversed(descriptions(question)):
        fuller = next((text for turn in reversed(history) if (text := _fuller(match["noun"], turn, question))), None)
        if fuller:
            question = question[: match.start()] + fuller + question[match.end() :]
    return question


def _fuller(noun: str, turn: Turn, question: str) -> str | None:
    """`the Kigali agreement`, `the president of France`; of `Which company …?`, the answer."""
    if turn.short_answer and re.search(rf"^\W*(?:which|what) (?:[a-z]+ )?{noun}\b", turn.question, re.IGNORECASE):
        found = names(turn.short_answer)
        return found[0] if found and found[0] not in question else None
    after = re.search(rf"\b{noun}{_RELATION}", turn.question, re.IGNORECASE)
    named = names(turn.question[after.end() :]) if after else []
    if after and named and turn.question[after.end() :].startswith(named[0]) and named[0] not in question:
        return f"the {noun}{after.group()[len(noun) :]}{named[0]}"
    before = re.search(rf"{_MODIFIER}(?i:{noun})\b", turn.question)
    if before is None:
        return None
    words = before["one"] or _name_at_end(turn.question[: before.end() - len(noun)].rstrip())
    fits = words and words.lower() not in _NEVER and not words.endswith("ed") and words not in question
    return f"the {words} {noun}" if fits else None


def _name_at_end(text: str) -> str:
    """The name with which the text ends; none of more than three words."""
    named = true_names(text)
    return named[-1] if named and text.endswith(named[-1]) and len(named[-1].split()) <= 3 else ""
