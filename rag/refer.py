"""The words of a question that point outside it: pronouns, `there`, and what a part of a question leaves out."""

import itertools
import re

from rag.terms import QUESTION_WORDS, key_terms, true_names

PERSON = re.compile(r"\b(he|him|his|she|her|hers)\b", re.IGNORECASE)
PLURAL = re.compile(r"\b(they|them|their|theirs)\b", re.IGNORECASE)
POSSESSIVE = frozenset("his her hers its their theirs".split())
_THING = re.compile(r"\b(it|its)\b", re.IGNORECASE)
_ADVERBS = r"(?:still |also |so |more |less |really |always |even |now )*"
_JUDGED = (
    "safer?|free|better|best|good|bad|ok|okay|possible|hard|harder|easy|easier|difficult|important|necessary|legal|illegal|"
    "advisable|normal|common|wise|right|wrong|likely|true|known|fair|enough|cheaper|dangerous|great|worth"
)
_EMPTY_IT = re.compile(
    rf"(?:\b(?:is|was) it {_ADVERBS}|\bit(?:['’]s| is| was| would be| will be| may be| might be) {_ADVERBS})"
    rf"(?:{_JUDGED}) (?:to|that|if|for (?:me|us|you|people|a|an|the))\b|"
    r"\bit (?:(?:is|was) )?(?:true|possible|necessary|known)\b|\bit['’]s (?:true|possible)\b|"
    r"\bit (?:seems?|appears?|rains?|snows?|takes?|turns? out|makes? (?:a|sense))\b|\bwhat time is it\b",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )\b(?P<before>from )?there\b"
    r"(?=\W*$|\s+(?:in|on|at|during|before|after|now|today|then|since|by|with|and|for|from)\b)",
    re.IGNORECASE,
)
OPENER = re.compile(r"^\s*(?:(?:and|but|so|or|also|then|what about|how about|ok(?:ay)?)\b[\s,]*)+", re.IGNORECASE)
BARE = re.compile(
    r"^\W*(?:(?:and|but|so|ok(?:ay)?)\b,? )?("
    r"why(?: not)?|when|where|how|how come|who|whom|by whom|to whom|with whom|which ones?|since when|until when|"
    r"(?:who|what|where|when|how) else|(?:for |by )?how (?:many|much|long|old|far|often|big|soon)|what for)\W*$",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|am|be|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|must|say|said|"
    r"says|tell|explain|describe|show|give|list|name|define|compare|I|I['’]m|you|we|let|please|thanks?)\b|['’](?:t|re)\b",
    re.IGNORECASE,
)
_CHAT = re.compile(
    r"^\W*(?:hi|hello|hey|ok(?:ay)?|yes|no|not|yeah|nope|sure|right|great|nice|good|cool|wow|sorry|oops|true|interesting|"
    r"really|that|this|it|what a)\b",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_NO_TOPIC = re.compile(r"[,;:/]|\b(?:my|your|our|to|a|an|pls)\b|['’]s\b", re.IGNORECASE)
_IN_PLACE_OR_TIME = re.compile(r"(?:in|on|at|by|from|for|to|of|with|since|until|during|before|after)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\?|^\W*(?:(?:and|but|so|then|also)\b,? )?(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|"
    r"did|has|have|had|can|could|will|would|should|may|tell|explain|describe|name|list|give|show|compare|"
    r"in|on|at|by|for|to|with)\b",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"\b(?:the|an?|my|your|our|any|some|each|every|one|another|this|these|those) [a-z][\w-]*", re.IGNORECASE
)
_NOUN_BEFORE = re.compile(
    r"\b(?:the|an?) (?:[\w-]+ ){1,3}?(?:of|to|on|in|for|by|from|with|about|against|behind) $", re.IGNORECASE
)
_SEVERAL = re.compile(r"\b(?!(?:was|is|does|has|this|his|its|as|us|always|besides|perhaps|news)\b)[a-z]{3,}s\b")
_SENTENCE = re.compile(r"[.?!]+\s+")
_CLAUSE = re.compile(r"[.,;:?!]\s|\s[-–—]\s|\b(?:and|but|if|because|so|when|while|whether|that)\s", re.IGNORECASE)
_LONGEST_PART = 5
_MOST = 8
"""How many pronouns of a kind are looked at."""


def pronouns(question: str) -> list[str]:
    """Pronouns that refer to something outside the question, in order; none of a remark that asks nothing."""
    found: dict[str, str] = {}
    for pattern in (PERSON, _THING, PLURAL):
        for match in itertools.islice(pattern.finditer(question), _MOST):
            if not _explained(match, question) and _is_asked(match, question):
                found.setdefault(match.group().lower(), match.group())
    return list(found.values())


def is_fragment(question: str) -> bool:
    """`Why?`, `And in 2021?`, `What about Robinson?`: no verb of its own."""
    if BARE.match(question):
        return True
    opener = OPENER.match(question)
    rest = question[opener.end() :] if opener else question
    short = bool(rest.strip(" ?.!")) and len(rest.split()) <= _LONGEST_PART
    return bool(opener) and short and not _VERB.search(rest) and not pronouns(question)


def is_topic(question: str) -> bool:
    """`Regional differences`, `any other awards?`: a thing without a question, and without a name of its own."""
    words = question.strip(" ?.!")
    return (
        len(words) < 100
        and bool(key_terms(words))
        and len(words.split()) < _LONGEST_PART
        and not (_VERB.search(words) or _QUESTION_WORD.search(words) or _NO_TOPIC.search(words))
        and not (_CHAT.match(words) or _IN_PLACE_OR_TIME.match(words) or pronouns(question))
        and not true_names(words[:1].lower() + words[1:])
        and words.split()[0].lower() not in QUESTION_WORDS
    )


def _is_asked(match: re.Match[str], question: str) -> bool:
    """Whether the sentence that the match stands in asks something."""
    starts = [0, *(end.end() for end in _SENTENCE.finditer(question)), len(question)]
    return any(
        start <= match.start() < end and _ASKS.search(question[start:end]) for start, end in itertools.pairwise(starts)
    )


def _explained(match: re.Match[str], question: str) -> bool:
    """Whether the question itself says what the pronoun stands for."""
    pronoun, before, after = match.group().lower(), question[: match.start()], question[match.end() :]
    empty = pronoun == "it" and any(each.start() <= match.start() < each.end() for each in _EMPTY_IT.finditer(question))
    object_at_end = re.fullmatch(r"\W*|\s+(?:in|on|at|for|to|from|with|by)\b.*", after)
    own = pronoun in POSSESSIVE
    told = OPENER.sub("", _earlier_clauses(before) if object_at_end and not own else before)
    named = bool(true_names(told))
    return empty or named or (not PERSON.fullmatch(pronoun) and _noun_explains(pronoun, before, own))


def _noun_explains(pronoun: str, before: str, own: bool) -> bool:
    """Whether `its`, `it` or `they` has its noun before it: in its own clause for a possessive, else in another."""
    if PLURAL.fullmatch(pronoun) and own and _SEVERAL.search(before):
        return True
    earlier = _earlier_clauses(before)
    if _NOUN.search(earlier) or (PLURAL.fullmatch(pronoun) and _SEVERAL.search(earlier)):
        return True
    stop = re.search(r"[.,;:?!]\s|\s[-–—]\s", before)
    if stop and any(not term.isdigit() for term in key_terms(OPENER.sub("", before[: stop.start()]))):
        return True
    return own and bool(_NOUN.search(before)) and not _NOUN_BEFORE.search(before)


def _earlier_clauses(text: str) -> str:
    clauses = list(_CLAUSE.finditer(text))
    return text[: clauses[-1].start()] if clauses else ""


def begins_with_place_or_time(part: str) -> bool:
    """Whether a part of a question opens with a preposition, so that it can be put at a question's end."""
    return bool(_IN_PLACE_OR_TIME.match(part))
