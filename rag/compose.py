"""Findings to the words of an answer: which sentences, in which order, quoted whole and numbered."""

import re
from collections.abc import Callable, Sequence

from corpus.document import Document, Passage
from corpus.sentences import Span
from rag.agree import confirms, contradicts
from rag.answer import Citation, Draft, cite
from rag.confidence import Judged
from rag.expect import acts_otherwise, asks_yes_or_no, expected_kind
from rag.quote import merged, whole_quote

MAX_SENTENCES = 4
ABOUT_AS_LIKELY = 0.95
SURE = 0.85
"""From this probability on, the best answer is taken for the only one. Set by hand, looking at the gold set."""
KINDRED = {"sentence": 0.7, "similarity": 0.8, "names": 1.0, "kind": 1.0}
"""A further sentence is quoted if it is about as likely as the best, or has these shares of the best's signals.
All set by hand, looking at the gold set."""


def compose(
    question: str, judged: Sequence[Judged], threshold: float, document_of: Callable[[str], Document | None]
) -> Draft:
    """The best finding's sentence first, then its company; nothing if no document holds them."""
    chosen = _chosen(question, judged, threshold)
    citations: list[Citation] = []
    for passage, quote in _quotes(chosen):
        document = document_of(passage.document_id)
        citation = cite(len(citations) + 1, document, passage, quote) if document else None
        if citation and not any(citation.quote in each.quote for each in citations):
            citations.append(citation)
    note = _note(question, chosen, citations)
    text = " ".join([*(f"{c.quote} [{c.number}]" for c in citations), *([note] if note else [])])
    return Draft(text, tuple(citations), _short_answer(question, chosen, citations), note)


def _short_answer(question: str, chosen: Sequence[Judged], citations: Sequence[Citation]) -> str | None:
    """The best finding's, if it is cited; what is yes or no, the sentence says, and a name for another deed is none."""
    if not chosen or not _cited(chosen[0], citations[:1]) or asks_yes_or_no(question):
        return None
    best = chosen[0].finding
    before = best.words(Span(best.sentence.start, best.span.start))
    return None if acts_otherwise(question, before) else best.short_answer


def _note(question: str, chosen: Sequence[Judged], citations: Sequence[Citation]) -> str:
    """That documents contradict the best finding, if they do, with the words in which they do."""
    against = [each for each in chosen if contradicts(question, chosen[0].finding, each.finding)]
    said = [(each.finding.short_answer, _cited(each, citations)) for each in [*chosen[:1], *against]]
    quoted = [f"“{words}” [{citation.number}]" for words, citation in said if citation]
    return f"The documents differ: {', '.join(quoted)}." if len(quoted) > 1 else ""


def _cited(each: Judged, citations: Sequence[Citation]) -> Citation | None:
    """The citation that quotes the finding's sentence."""
    return next((c for c in citations if _within(each, c.passage, Span(c.quote_start, c.quote_end))), None)


def _chosen(question: str, judged: Sequence[Judged], threshold: float) -> list[Judged]:
    """The likeliest finding and its company, likeliest first, without sentences that stand twice."""
    chosen: list[Judged] = []
    said: set[str] = set()
    for each in judged:
        words = _plain(each.finding.words(each.finding.sentence))
        best = chosen[0] if chosen else each
        likely = each is best or each.probability >= max(threshold, ABOUT_AS_LIKELY * best.probability)
        joins = likely or _is_kindred(question, each, best) or _bears_on(question, each, best, threshold)
        if joins and words not in said and len(chosen) < MAX_SENTENCES:
            chosen.append(each)
            said.add(words)
    return chosen


def _bears_on(question: str, each: Judged, best: Judged, threshold: float) -> bool:
    """Whether another document confirms or contradicts the best finding, and would be an answer by itself."""
    agreed = confirms(best.finding, each.finding) or contradicts(question, best.finding, each.finding)
    return agreed and each.probability >= threshold


def _is_kindred(question: str, each: Judged, best: Judged) -> bool:
    """Whether a sentence says as much of what was asked as the best one, which is not sure: another of several."""
    if best.probability >= SURE or expected_kind(question) != "name":
        return False
    held = all(each.signals[name] >= share * best.signals[name] for name, share in KINDRED.items())
    return held and each.signals["sentence"] > 0 and each.finding.answerable > 0


def _quotes(chosen: Sequence[Judged]) -> list[tuple[Passage, Span]]:
    """The sentences as whole quotes, in the order of the likeliest sentence in each."""
    spans: dict[Passage, list[Span]] = {}
    for each in chosen:
        passage = each.finding.hit.passage
        spans.setdefault(passage, []).append(whole_quote(passage, each.finding.sentence))
    quotes = [(passage, quote) for passage, found in spans.items() for quote in merged(passage, found)]
    return sorted(quotes, key=lambda at: next(i for i, each in enumerate(chosen) if _within(each, *at)))


def _within(each: Judged, passage: Passage, quote: Span) -> bool:
    sentence = each.finding.sentence
    return each.finding.hit.passage == passage and quote.start <= sentence.start and sentence.end <= quote.end


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
