"""What to say when the documents do not: what is missing, what comes closest, and how to ask better."""

from collections.abc import Mapping, Sequence

from index.where import ANYWHERE, Where, usable_keys
from rag.retrieve import Hit
from rag.terms import missing

REFUSAL = "The documents do not say."
_WORDS_NAMED = 3
_KEYS_NAMED = 12


def none_meets(where: Where, names: Sequence[str]) -> str:
    """That no document meets the limits, and what these documents can be limited by: `names` are their fields."""
    keys = usable_keys(names)
    listed = ", ".join(keys[:_KEYS_NAMED]) + (" …" if len(keys) > _KEYS_NAMED else "")
    return f"{REFUSAL} No document meets {where}. Leave that out, or limit by another of {listed}."


def refusal(question: str, hits: Sequence[Hit], titles: Mapping[str, str], where: Where = ANYWHERE) -> str:
    """That they do not, which of the question's words the closest passages lack, and what to do.

    `titles` are by document id; a document without one is not named. `where` is what was searched.
    """
    said = _said(question, hits, titles)
    return f"{said} Only documents with {where} were searched." if where else said


def _said(question: str, hits: Sequence[Hit], titles: Mapping[str, str]) -> str:
    if not hits:
        return f"{REFUSAL} No passage bears on the question."
    lacking = missing(question, "\n".join(hit.passage.text for hit in hits))[:_WORDS_NAMED]
    title = titles.get(hits[0].passage.document_id)
    closest = f"The closest passage is from “{title}”." if title else "The closest passages are shown."
    if not lacking:
        advice = "Name the person, place or time that is meant, or ask for one thing at a time."
        return f"{REFUSAL} The closest passages have the question's words, but no answer to it. {closest} {advice}"
    words = ", ".join(f"“{word}”" for word in lacking)
    advice = "Ask in other words, or without it." if len(lacking) == 1 else "Ask in other words, or without these."
    return f"{REFUSAL} None of the closest passages mentions {words}. {closest} {advice}"
