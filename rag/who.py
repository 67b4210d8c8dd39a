"""Words that do not say who: a pronoun, and the name of whoever is told something, in news a reporter as a rule.

Of 1,585 questions that ask who and have an answer (SQuAD 2.0, new Wikipedia, Reddit, Amazon), four have one of these in
every answer: three a pronoun. QAMR, which shows single sentences, has many a pronoun.
"""

import re

from corpus.sentences import Span

_WHO = re.compile(r"\W*(?:(?:and|but|so)\s+)?who\b", re.IGNORECASE)
_SPEECH = re.compile(
    r"\b(?:t(?:ell|old)|sa(?:y|id)|sp(?:eak|oke)|talk|interview|inform|hear|listen|ask|quot|address|assur|remind|report"
    r"|learn|wr(?:it|ote)|publish|cover|letter|statement|comment|remark)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ww]e|[Yy]ou|[Hh]im|[Tt]hem|[Uu]s)\b")
_NAME = r"(?>(?:the\s+)?[A-Z][\w’'.&-]*(?:\s+(?:(?:of|for|and|the)\s+)*[A-Z][\w’'.&-]*)*)"
_TOLD = re.compile(
    r"\b(?:told|tells|telling|informed|assured|reminded|(?:statement|letter|remarks|comments) to|interview with"
    rf"|sp(?:oke|eaking|eaks) (?:to|with))\s+(?P<name>{_NAME})(?!\s+to\b)"
)


def nobody(question: str, text: str) -> list[Span]:
    """The words of a text that do not say who, if that is asked: offsets. No names if the question is of speech."""
    if not _WHO.match(question):
        return []
    pronouns = [Span(*match.span()) for match in _PRONOUN.finditer(text)]
    told = [] if _SPEECH.search(question) else [Span(*match.span("name")) for match in _TOLD.finditer(text)]
    return pronouns + told
