"""A follow-up question made to stand alone, from what was asked and answered before it. No LLM.

Selective on purpose: a question that stands alone is left as it is, because joining turns to it makes
retrieval worse (nDCG@10 0.62 to 0.44 on MTRAG's human conversations). What cannot be put in words that a person
would read is left to rag/context.py.
"""

import re
from collections.abc import Sequence

from rag.antecedent import antecedent, place, topic
from rag.description import described
from rag.refer import (
    BARE,
    OPENER,
    PERSON,
    PLACE,
    PLURAL,
    POSSESSIVE,
    begins_with_place_or_time,
    is_fragment,
    is_topic,
    pronouns,
)
from rag.terms import names, true_names
from rag.turn import Turn

__all__ = ["Turn", "depends_on_history", "needs_an_answer", "recent_turns", "standalone_question"]

REACH = 8
"""How many turns back a question may lean."""
LONGEST_TURN = 500
"""Characters; whoever leans on a question, leans on one that is shorter."""
_LEADING = re.compile(r"^\s*(?:and|but|so|also|then)\b[\s,]*", re.IGNORECASE)
_GOING = re.compile(r"\b(?:go|goes|went|gone|going|get|got|move|moved|travel|travelled|fly|flew|sent|come|came) $")
_LISTED = re.compile(r",| and ")
_ANY = re.compile(r"^(any|anything|anyone|anybody)\b", re.IGNORECASE)


def recent_turns(history: Sequence[Turn]) -> list[Turn]:
    """The turns that a question may lean on, oldest first."""
    return [turn for turn in history[-REACH:] if turn.question.strip() and len(turn.question) <= LONGEST_TURN]


def depends_on_history(question: str, history: Sequence[Turn] = ()) -> bool:
    """Whether the question has words that nothing in it explains, or is only a part of a question.

    With its history: also whether that tells more of what the question calls `the letter`.
    """
    return (
        bool(pronouns(question) or PLACE.search(question))
        or is_fragment(question)
        or is_topic(question)
        or described(question, recent_turns(history)) != question
    )


def needs_an_answer(question: str) -> bool:
    """Whether what it points at may be an answer, and not only an earlier question."""
    return bool(pronouns(question) or PLACE.search(question))


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """The question with pronouns replaced by what they stand for, and with what an ellipsis leaves out.

    `history` is oldest first. The question comes back unchanged if it stands alone or nothing fits.
    """
    history = recent_turns(history)
    if not history or not depends_on_history(question, history):
        return question
    if is_fragment(question):
        return _completed(question, history)
    if is_topic(question):
        return _about(question, question, history)
    bare = _LEADING.sub("", question)
    resolved = _placed(_named(described(bare, history), pronouns(question), history), history)
    return resolved[:1].upper() + resolved[1:] if resolved != bare else question


def _named(question: str, found: Sequence[str], history: Sequence[Turn]) -> str:
    """With what each pronoun stands for, each thing once, and neither a person nor several for a thing."""
    people: set[str] = set()
    several = {those for pronoun in found if (those := _several(pronoun, history))}
    for pronoun in found:
        person, plural = PERSON.fullmatch(pronoun), PLURAL.fullmatch(pronoun)
        taken = set() if person else people | (set() if plural else several)
        meant = antecedent(pronoun, history, taken)
        people |= {meant} if person and meant else set()
        if meant and not re.search(rf"\b{re.escape(meant)}\b", question):
            words = _inflected(meant, pronoun).replace("\\", r"\\")
            question = re.sub(rf"\b{pronoun}\b", words, question, count=1)
    return question


def _several(pronoun: str, history: Sequence[Turn]) -> str | None:
    """The names that `they` stands for, if it stands for more than one."""
    meant = antecedent(pronoun, history, ()) if PLURAL.fullmatch(pronoun) else None
    return meant if meant and _LISTED.search(meant) else None


def _placed(question: str, history: Sequence[Turn]) -> str:
    """`Who lives there?` as `Who lives in Paris?`."""
    match = PLACE.search(question)
    where = place(history) if match else None
    if match is None or where is None or where in question:
        return question
    before = question[: match.start()]
    preposition = match["before"] or ("to " if _GOING.search(before) else "in ")
    return f"{before}{preposition}{where}{question[match.end() :]}"


def _about(question: str, part: str, history: Sequence[Turn]) -> str:
    """`As for The Office, what about awards?`; the question itself if nobody knows what of, or it says so."""
    about = topic(history)
    words = part.strip(" ?.!,")
    if about is None or about.lower() in words.lower():
        return question
    lowered = words[:1].lower() + words[1:] if words[1:2].islower() else words
    asked = _ANY.match(words)
    verb = "is" if asked and len(asked[1]) > len("any") else "are"
    return f"As for {about}, {verb} there {lowered}?" if asked else f"As for {about}, what about {lowered}?"


def _completed(fragment: str, history: Sequence[Turn]) -> str:
    """The previous question, asked of what the fragment names instead."""
    previous = history[-1].question
    bare = BARE.match(fragment)
    stem = previous.rstrip(" ?.!")
    if bare:
        return f"{stem}, and {bare[1].lower()}?"
    part = OPENER.sub("", fragment).strip(" ?.!")
    new, old = names(part), true_names(previous)
    for name in reversed(old):
        if new and name != new[0] and name[0].isdigit() == new[0][0].isdigit():
            return previous.replace(name, new[0])
    return f"{stem} {part}?" if begins_with_place_or_time(part) else _about(fragment, part, history)


def _inflected(antecedent: str, pronoun: str) -> str:
    if pronoun.lower() in POSSESSIVE:
        return antecedent + ("’" if antecedent.endswith("s") else "’s")
    return antecedent
