"""A document cut into passages: whole sentences of one page, whole paragraphs where they fit, never over the budget."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby

from corpus.document import Document, Passage
from corpus.sentences import Span, paragraphs, sentences_of
from corpus.tokens import TokenCounter, count_tokens

MIN_PASSAGE_TOKENS = 16
_JOINER = "\u200d"
_VOWELS = "\u0e33\u0eb3"  # of Thai and Lao: letters to Unicode's categories, part of the cluster to UAX 29


def split(
    document: Document, passage_tokens: int, overlap_tokens: int = 0, count: TokenCounter = count_tokens
) -> list[Passage]:
    """Passages in reading order, each at most `passage_tokens` long by `count`.

    A passage is made of whole sentences that begin on the same page; the last may run on over that page's end. It
    ends at a paragraph's end if the next paragraph would not fit and the passage is at least half full. A sentence
    over the budget is cut between words, a word over the budget between characters. Sentences worth up to
    `overlap_tokens` at the end of one passage start the next one of its page as well. `count` must not count more
    for a text than for its parts plus one per joint.
    """
    if passage_tokens < MIN_PASSAGE_TOKENS or not 0 <= overlap_tokens <= passage_tokens // 2:
        raise ValueError(f"passage_tokens must be at least {MIN_PASSAGE_TOKENS} and overlap_tokens at most half of it")
    text = document.text
    blocks = [sentences_of(text, paragraph) for paragraph in paragraphs(text)]
    counts = iter(count([text[s.start : s.end] for block in blocks for s in block]))
    weighed = [_within_budget(text, [(s, next(counts)) for s in block], passage_tokens, count) for block in blocks]
    packed = [one for page in _by_page(weighed, document.pages) for one in _pack(page, passage_tokens, overlap_tokens)]
    spans = _distinct(_fitting(text, packed, passage_tokens, count))
    return [Passage(document.id, s.start, s.end, text[s.start : s.end]) for s in spans]


_Weighed = tuple[Span, int]


def _within_budget(text: str, block: list[_Weighed], budget: int, count: TokenCounter) -> list[_Weighed]:
    pieces: list[_Weighed] = []
    for sentence, tokens in block:
        if tokens <= budget:
            pieces.append((sentence, tokens))
        else:
            cut = _cut(text, sentence, budget, count)
            pieces.extend(zip(cut, count([text[s.start : s.end] for s in cut]), strict=True))
    return pieces


def _by_page(blocks: Sequence[list[_Weighed]], pages: Sequence[int]) -> list[list[list[_Weighed]]]:
    """For each page with text, the blocks, or parts of blocks, whose sentences begin there."""
    found: dict[int, list[list[_Weighed]]] = {}
    for block in blocks:
        for page, pieces in groupby(block, lambda piece: bisect_right(pages, piece[0].start)):
            found.setdefault(page, []).append(list(pieces))
    return list(found.values())


def _pack(blocks: Sequence[list[_Weighed]], budget: int, overlap: int) -> list[list[Span]]:
    """Greedy packing of sentences; the joint between two sentences may cost one token."""
    packed: list[list[_Weighed]] = []
    current: list[_Weighed] = []
    for block in blocks:
        whole = sum(tokens + 1 for _, tokens in block)
        if current and _size(current) * 2 >= budget and _size(current) + whole > budget:
            packed.append(current)
            current = _tail(current, overlap, budget - block[0][1] - 1)
        for piece in block:
            if current and _size(current) + piece[1] + 1 > budget:
                packed.append(current)
                current = _tail(current, overlap, budget - piece[1] - 1)
            current = [*current, piece]
    if current:
        packed.append(current)
    return [[span for span, _ in passage] for passage in packed]


def _size(pieces: Sequence[_Weighed]) -> int:
    return sum(tokens + 1 for _, tokens in pieces)


def _tail(pieces: list[_Weighed], overlap: int, room: int) -> list[_Weighed]:
    """The last pieces that fit in the overlap and leave room for what follows; never all of them."""
    for first in range(1, len(pieces)):
        if _size(pieces[first:]) <= min(overlap, room):
            return pieces[first:]
    return []


def _fitting(text: str, passages: list[list[Span]], budget: int, count: TokenCounter) -> list[Span]:
    """The passages as spans. Tokenisers are not additive, so each is counted again and halved if over."""
    spans = [Span(pieces[0].start, pieces[-1].end) for pieces in passages]
    counts = count([text[s.start : s.end] for s in spans])
    fitting: list[Span] = []
    for pieces, span, tokens in zip(passages, spans, counts, strict=True):
        if tokens <= budget:
            fitting.append(span)
        elif len(pieces) == 1:
            fitting.extend(_cut(text, span, budget, count))
        else:
            half = len(pieces) // 2
            fitting.extend(_fitting(text, [pieces[:half], pieces[half:]], budget, count))
    return fitting


def _distinct(spans: list[Span]) -> list[Span]:
    """In reading order, without those that lie within another: halving can leave an overlap by itself."""
    distinct: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not distinct or span.end > distinct[-1].end:
            distinct.append(span)
    return distinct


def _cut(text: str, span: Span, budget: int, count: TokenCounter) -> list[Span]:
    """Pieces within the budget, cut after a space where there is one."""
    pieces = []
    start = span.start
    while start < span.end:
        width = min(span.end - start, budget * 4)
        while width > 1 and count([text[start : start + width]])[0] > budget:
            width = width * 3 // 4
        end = _good_end(text, start, start + width, span.end)
        pieces.append(Span(start, end))
        while end < span.end and text[end].isspace():
            end += 1
        start = end
    return pieces


def _good_end(text: str, start: int, end: int, limit: int) -> int:
    """At most `end`: behind the last word that is complete, or else not inside a character cluster."""
    if end >= limit:
        return limit
    for candidate in range(end, start + (end - start) // 2, -1):
        if text[candidate].isspace():
            return len(text[start:candidate].rstrip()) + start
    whole = end
    while whole > start and _continues(text, start, whole):
        whole -= 1
    cut = whole if whole > start else end  # a cluster over the budget is cut where the budget ends
    return start + len(text[start:cut].rstrip())


def _continues(text: str, start: int, at: int) -> bool:
    """Whether the character here belongs to the one before it: accents, emoji sequences, flags (after UAX 29)."""
    if _is_flag_letter(text[at]):
        first = at
        while first > start and _is_flag_letter(text[first - 1]):
            first -= 1
        return (at - first) % 2 == 1
    is_mark = unicodedata.category(text[at]).startswith("M") or text[at] in _VOWELS
    return is_mark or _JOINER in text[at - 1 : at + 1] or _is_emoji_part(text[at])


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_emoji_part(character: str) -> bool:
    """Skin tones, and the tags that spell a region's flag."""
    return "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f"
