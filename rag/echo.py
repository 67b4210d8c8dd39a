"""Whether words only say a question again. An echo is no answer, whatever the network makes of it.

Of 31,676 questions with answers (SQuAD 2.0, new Wikipedia, QAMR, Reddit) 345 have an answer that holds no word of
its own; 58 of these offer a choice, and most others are a pronoun or `no`.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from corpus.sentences import Span
from index.lexical import stems
from rag.terms import WORD

_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
_WANTS_A_QUESTION = re.compile(r"\b(?:ask(?:s|ed|ing)?|questions?|wonder(?:s|ed)?)\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"\W*(?:(?:Q|Question|\d+)\W+)?(?:(?:and|but|so|then|or|in|on|at|by|from|for|to|of|with|under|about)\s+)?"
    r"(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|"
    r"should|shall|may|might|must)"
    r"(?:n?['’]\w+)?\s[^.!]*\?\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Echo:
    """Of one question: which words say it again."""

    question: str

    def is_all_of(self, words: str) -> bool:
        """Whether the words hold none of their own; never of a question that offers a choice among its own words."""
        return not _CHOICE.search(self.question) and not self.other_words(words)

    def other_words(self, text: str) -> list[Span]:
        """The words of a text that tell something else than the question: offsets into the text."""
        return [Span(*match.span()) for match in WORD.finditer(text) if self._is_other(match.group())]

    def is_asking(self, sentence: str) -> bool:
        """Whether a sentence is a question, as headings are, or holds this one with its question mark.

        Never if a question is what is asked for.
        """
        asks = _QUESTION.fullmatch(sentence) or self._repeated.search(sentence)
        return bool(asks) and not _WANTS_A_QUESTION.search(self.question)

    def _is_other(self, word: str) -> bool:
        if word.isupper() and len(word) > 1:  # the WHO, IT and the US are no stop words
            return word not in WORD.findall(self.question)
        return not self._stems.issuperset(stems(word))

    @cached_property
    def _repeated(self) -> re.Pattern[str]:
        return re.compile(r"\W+".join(map(re.escape, WORD.findall(self.question))) + r"\W*\?", re.IGNORECASE)

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(stems(self.question))
