"""Questions turned into what their paragraph does not answer: negated, or with a word exchanged for its opposite.

Two of the ways in which SQuAD 2.0's adversarial questions were made (Rajpurkar et al. 2018, table 2).
"""

import random
import re
from types import MappingProxyType

_PAIRS = """
first/last earliest/latest largest/smallest biggest/smallest highest/lowest most/least more/less more/fewer
before/after north/south east/west northern/southern eastern/western oldest/youngest older/younger best/worst
better/worse early/late earlier/later minimum/maximum rise/fall rose/fell win/lose won/lost support/oppose
supported/opposed supports/opposes allow/forbid allowed/forbidden allows/forbids permitted/prohibited always/never
begin/end began/ended begins/ends start/stop started/stopped join/leave joined/left inside/outside above/below
male/female men/women man/woman public/private buy/sell bought/sold import/export imports/exports enemy/ally
enemies/allies attack/defend attacked/defended accept/reject accepted/rejected success/failure successful/unsuccessful
strong/weak stronger/weaker strength/weakness fast/slow faster/slower long/short longer/shorter longest/shortest
high/low higher/lower rich/poor hot/cold upper/lower internal/external major/minor majority/minority positive/negative
advantage/disadvantage advantages/disadvantages legal/illegal popular/unpopular common/rare likely/unlikely
possible/impossible necessary/unnecessary modern/ancient new/old right/left wet/dry light/heavy wide/narrow
create/destroy created/destroyed gain/lose gained/lost raise/lower arrive/depart arrived/departed open/close
opened/closed remove/add removed/added include/exclude included/excluded agree/disagree agreed/disagreed like/dislike
liked/disliked love/hate loved/hated increase/decrease increased/decreased increasing/decreasing grow/shrink
grew/shrank expanded/shrank built/destroyed build/destroy beginning/end birth/death born/buried top/bottom front/back
near/far nearest/farthest same/different similar/different easy/hard easier/harder full/empty friend/enemy
friends/enemies hero/villain father/son mother/daughter husband/brother wife/sister day/night morning/evening
summer/winter spring/autumn urban/rural domestic/foreign national/local former/current previous/next past/future
employer/employee winner/loser victory/defeat defeated/joined approve/reject approved/rejected encourage/discourage
encouraged/discouraged invited/expelled praised/criticized praise/criticize hired/fired hire/fire appointed/dismissed
gave/took give/take given/taken sent/received send/receive asked/answered peace/war friendly/hostile known/unknown
famous/unknown good/bad safe/dangerous true/false clean/dirty cheap/expensive cheapest/dearest healthy/sick happy/sad
quiet/loud thick/thin deep/shallow deepest/shallowest tallest/shortest tall/short simple/complex visible/invisible
natural/artificial direct/indirect active/passive permanent/temporary formal/informal
"""
OPPOSITES = MappingProxyType(
    {
        word: other
        for one, two in (pair.split("/") for pair in _PAIRS.split())
        for word, other in ((two, one), (one, two))
    }
)
_WORD = re.compile(r"[A-Za-z]+")
_CAN_BE_NEGATED = re.compile(
    r"\b(?:is|are|was|were|can|could|will|would|should|must|has|had|did|does|do)\b(?!n['’]t| not)"
)
_PAST = re.compile(r"^(?:who|which [\w-]+|what [\w-]+) (?=[a-z]+ed\b)", re.IGNORECASE)
_CONTRACTS = frozenset("is are was were could would should has had did does do".split())


def turned(question: str, chance: random.Random) -> str | None:
    """The question with a word exchanged for its opposite or with a negation; None if it has nothing to turn."""
    exchanged = [_exchanged(question, match) for match in _WORD.finditer(question) if match.group() in OPPOSITES]
    if exchanged and chance.random() < 0.75:
        return chance.choice(exchanged)
    return _negated(question, chance)


def _exchanged(question: str, match: re.Match[str]) -> str:
    return question[: match.start()] + OPPOSITES[match.group()] + question[match.end() :]


def _negated(question: str, chance: random.Random) -> str | None:
    if found := _PAST.search(question):
        return f"{question[: found.end()]}never {question[found.end() :]}"
    places = [match for match in _CAN_BE_NEGATED.finditer(question) if match.start()]
    if not places:
        return None
    place = places[0]
    if place.group() in _CONTRACTS and chance.random() < 0.6:
        return f"{question[: place.end()]}n't{question[place.end() :]}"
    after = re.compile(r"(?: (?:the|a|an|his|her|its|their))?(?: [\w'’-]+)").match(question, place.end())
    at = after.end() if after and place.group() in ("did", "does", "do") else place.end()
    return f"{question[:at]} not{question[at:]}"
