"""What a pronoun, or `there`, stands for: found in the latest turn that names something of its kind.

A name is a person's unless its words or those around it say otherwise; what several turns are about goes before
what one of them mentions.
"""

import re
from collections.abc import Collection, Sequence

from rag.refer import OPENER, PERSON, PLURAL
from rag.terms import QUESTION_WORDS, names, true_names
from rag.turn import Turn

_ASKS_THING = re.compile(r"^\W*(?:and |but |so )?(?:what|which)\b", re.IGNORECASE)
_ASKS_PLACE = re.compile(
    r"^\W*(?:and |but |so )?(?:where|(?:in |to )?(?:what|which) (?:city|country|town|state|place|village|island))\b",
    re.IGNORECASE,
)
_STOPPERS = (
    "of in on at by for from to with about after before and or is are was were be been do does did has have had "
    "can could will would say said says that which who whom whose what when where why how not if as than into over "
    "the a an"
)
_STOPPER = rf"(?:{_STOPPERS.replace(' ', '|')})\b"
_PERSONS = (
    "person man woman activist actor actress adviser ally analyst architect artist athlete author billionaire "
    "boss businessman businesswoman candidate captain chairman chairwoman chief coach comedian commander "
    "composer dancer director doctor economist emperor engineer entrepreneur executive expert founder general "
    "governor historian inventor journalist judge king lawyer leader manager mayor minister musician novelist "
    "officer official owner painter philosopher physicist player poet politician pope president prince princess "
    "professor queen rabbi researcher scientist senator singer soldier spokesman spokesperson spokeswoman writer"
)
_ASKS_PERSON = re.compile(
    r"^\W*(?:and |but |so )?(?:(?:who|whom|whose)\b|"
    rf"(?:which|what) (?:(?!{_STOPPER})[\w'’.-]+ ){{0,4}}(?:{_PERSONS.replace(' ', '|')})\b(?!['’-]))",
    re.IGNORECASE,
)
_NOUN_PHRASE = re.compile(
    r"(\b(?i:did|does|do|will|would|can|could)\s+)?"
    r"\b((?:the|an?|this|that|(?:[A-Z][\w.-]*\s)*[A-Z][\w.-]*['’]s?)\s+"
    rf"(?:(?!{_STOPPER})[\w-]+\s?){{1,5}})(?P<verb>(?:say|have|do|be)\b)?"
)
_PLURAL_PHRASE = re.compile(
    r"\b(?i:did|do|were|are|have|had|the|which|what)\s+"
    rf"((?:(?!{_STOPPER})[a-z-]+\s){{0,2}}(?!{_STOPPER}|its\b)[a-z-]+(?<![sui])s)\b"
)
_TOPIC = re.compile(
    r"^\W*(?i:what|who)(?i:['’]s| is| are| was| were) (?P<topic>[^?.,;:]+)\W*$|"
    r"^\W*(?i:how) (?i:is|are|was|were|does|do|did|can) (?P<made>[^?.,;:]+?) (?:\w+ed|work|made|begin|start|get)\b"
)
_WHO_IS = re.compile(r"who(?:['’]s| is| are| was| were) (?P<name>[^?]+?)\W*$", re.IGNORECASE)
_PAST_TOPIC = frozenset(
    f"{_STOPPERS} it its he his she her they them their this these those there you your i my me we one".split()
) - {
    "the",
    "a",
    "an",
    "of",
}
_SEVERAL = re.compile(r"\b(?!news$)[a-z-]+(?<![sui])s$")
_SUPERLATIVE = re.compile(r"the (?:most|least) \w+", re.IGNORECASE)  # an adjective without its noun names nothing
_NOBODY = re.compile(
    r"\d|^[A-Z]{2,}$|\b(?:of|the|for|and)\b|\b(?:University|College|School|Company|Corporation|Corp|Inc|Ltd|Group|Bank|"
    r"Party|Court|Church|City|States?|Kingdom|Republic|Union|Council|Ministry|Department|Agency|Institute|League|"
    r"Association|Foundation|Center|Centre|Hospital|Police|Army|Navy|Senate|Congress|Parliament|House|Street|River|"
    r"Lake|Island|Mountains?|Sea|Ocean|War|Act|Treaty|Agreement|Prize|Award|Cup|Games|Airlines?|Airport|Press|Times|"
    r"Museum|Hotel|Park|Tower|Bridge|Festival|Day|North|South|East|West|January|February|March|April|June|July|August|"
    r"September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
_ADVERBS = frozenset("also too now still ever only again already today first then".split())
_WHEN = re.compile(r" (?:last|next|this) (?:night|week|month|year|spring|summer|autumn|winter|[A-Z][a-z]+day)$")
_PERSON_VERBS = "say think want believe know tell die marry resign deny admit apologise apologize speak feel live"
_PLACED = re.compile(r"\b(?:in|at|to|from|near|outside|around|of) (?=(?:the )?[A-Z])")
_AS_FOR = re.compile(r"^As for (?P<topic>[^,]+), (?:what about|(?:is|are) there) ")
_ASIDE = re.compile(r"\b(?:in|at|on|near|during|outside of|outside) (?:the )?$")
_LONGEST_ANSWER = 6
_NEAR = 3
"""How many turns back a pronoun reaches."""


def antecedent(pronoun: str, history: Sequence[Turn], taken: Collection[str]) -> str | None:
    """The words that the pronoun stands for, other than those that are taken; None if no turn has any."""
    found = (text for turn in reversed(history[-_NEAR:]) for text in _candidates(pronoun.lower(), turn, history))
    return next((text for text in found if text not in taken), None)


def place(history: Sequence[Turn]) -> str | None:
    """The place that the latest turn names, or found: `Paris`, `the United States`."""
    for turn in reversed(history):
        if _ASKS_PLACE.match(turn.question) and (found := names(_short(turn) or "")):
            return found[0]
        for match in reversed(list(_PLACED.finditer(turn.question))):
            rest = turn.question[match.end() :]
            named = names(rest)
            if named and not re.search(r"\d", named[0]) and rest.removeprefix("the ").startswith(named[0]):
                return rest[: rest.index(named[0])] + named[0]
    return None


def topic(history: Sequence[Turn]) -> str | None:
    """What the conversation is about: what the latest question is of, or the name that most turns share."""
    for turn in reversed(history):
        if match := _AS_FOR.match(turn.question):
            return match["topic"]
        named = [name for name in true_names(turn.question) if not name[0].isdigit()]
        shared = [name for name in named if _shared(name, history) > 1 or len(history) == 1]
        about = _topic_phrase(turn.question)
        if about and (not named or any(about.startswith(f"{name} ") for name in named)):
            return about
        if shared:
            return max(shared, key=lambda name: _shared(name, history))
    return None


def _candidates(pronoun: str, turn: Turn, history: Sequence[Turn]) -> list[str]:
    """What a pronoun may stand for in a turn, likeliest first."""
    question = OPENER.sub("", turn.question)
    named = true_names(question)
    if PERSON.fullmatch(pronoun):
        if (asked := _WHO_IS.match(question)) and named and _is_all_or_of(named[0], asked["name"]):
            return named[:1]
        if _ASKS_PERSON.match(question):
            return names(turn.short_answer or "")[:1]
        return [name for name in named if _may_be_person(name, question)]
    plural = [
        f"the {match[1].removeprefix('the ')}"
        for match in _PLURAL_PHRASE.finditer(question)
        if not match[1].startswith("one ")
    ]
    about = _topic_phrase(question)
    if PLURAL.fullmatch(pronoun):
        answer = _short(turn)
        several = [answer] if answer and re.search(r",| and ", answer) else []
        return [*several, *plural, *([about] if about and about.endswith("s") else []), *named]
    return _things(turn, named, tuple(plural), history)


def _things(turn: Turn, named: list[str], plural: tuple[str, ...], history: Sequence[Turn]) -> list[str]:
    question, answer = OPENER.sub("", turn.question), _short(turn)
    phrases = [_noun_phrase(match) for match in _NOUN_PHRASE.finditer(question)]
    phrases = [
        phrase for phrase in phrases if phrase and not _SUPERLATIVE.fullmatch(phrase) and not _SEVERAL.search(phrase)
    ]
    about = _topic_phrase(question)
    things = [answer] if answer and _ASKS_THING.match(question) and names(answer) else []
    positions = {text: question.find(text.removeprefix("the ")) for text in [*phrases, *named]}
    if about and not _SEVERAL.search(about) and (not positions or any(about.startswith(f"{name} ") for name in named)):
        return [*things, about]
    whole = [text for text in positions if not any(text != other and text in other for other in phrases)]
    people = {name for name in named if _is_speaker(name, question)}
    return [
        *things,
        *sorted(
            whole,
            key=lambda text: (
                text in people or bool(_ASIDE.search(question[: positions[text]])),
                text.startswith(plural),
                -_shared(text, history),
                positions[text],
            ),
        ),
    ]


def _short(turn: Turn) -> str | None:
    answer = turn.short_answer
    return answer if answer and len(answer.split()) <= _LONGEST_ANSWER else None


def _shared(text: str, history: Sequence[Turn]) -> int:
    """How many of the turns name it."""
    return sum(text.removeprefix("the ") in turn.question for turn in history)


def _may_be_person(name: str, question: str) -> bool:
    before = question[: question.find(name)]
    return not _NOBODY.search(name) and not re.search(r"\b(?:in|at|near|the) $", before)


def _is_all_or_of(name: str, asked: str) -> bool:
    """Whether who is asked about is the name, or the name of somewhere: `Abraham Cooper of the Wiesenthal Center`."""
    return bool(re.match(rf"{re.escape(name)}(?:$|,? (?:of|at|from|in) )", asked))


def _is_speaker(name: str, question: str) -> bool:
    """Whether the name does in the question what people do, or is given something: `Who sent Musk a letter?`."""
    return bool(re.search(rf"\b{re.escape(name)} (?:{_PERSON_VERBS.replace(' ', '|')}|an?)\b", question))


def _topic_phrase(question: str) -> str | None:
    """`guinea pigs` of `How are guinea pigs fed?`, `the main function of a bank` of `What is …?`."""
    match = _TOPIC.match(question)
    words = (match["topic"] or match["made"]).split() if match else []
    if not 1 <= len(words) <= 6 or any(word.lower() in _PAST_TOPIC | QUESTION_WORDS for word in words):
        return None
    phrase = " ".join([re.sub(r"^an?$", "the", words[0]), *words[1:]])
    return None if _SUPERLATIVE.fullmatch(phrase) or words[0].endswith("ed") else phrase


def _noun_phrase(match: re.Match[str]) -> str:
    """At most four words after the article, without the verb: `the bridge` of `did the bridge reopen`."""
    article, *words = match[2].split()
    while words and article.lower() in QUESTION_WORDS:  # `Is Huntington's disease also inherited?`
        article, *words = words
    words = _WHEN.sub("", " ".join(words)).split()
    while words and words[-1] in _ADVERBS:
        words.pop()
    if words[:1] in (["one"], ["ones"], []):
        return ""
    verb = next((i for i in reversed(range(len(words))) if words[i][0].islower()), 0)
    if match[1] and not match["verb"] and verb:
        words = words[:verb]
    elif len(words) > 1 and words[-1].endswith("ed"):
        words.pop()
    return " ".join([re.sub(r"^(?:an?|this|that)$", "the", article), *words[:4]])
