"""The source pane as HTML: each quote marked in the text around it. All text in it is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from corpus.document import Document
from rag.answer import Answer, Citation
from rag.known import known_facts
from rag.retrieve import Hit

CONTEXT = 400
EMPTY = """
<div class="empty"><h2>Sources</h2>
<p>Ask a question. The words that answer it are marked here, in the documents they stand in.</p></div>
"""


def source_id(turn: int, number: int) -> str:
    """What a citation in the chat links to."""
    return f"source-{turn}-{number}"


def pane(sections: str) -> str:
    """The sections as one area that scrolls by itself, so that a citation never scrolls the page away."""
    return f'<div class="sources">{sections}</div>'


def cited_sources(turn: int, answer: Answer, documents: Sequence[Document | None]) -> str:
    """One card for each citation; `documents` are those of the citations, None where one is gone.

    A document that has changed since is not shown: the passage that was cited is.
    """
    cards = (_cited(turn, c, document) for c, document in zip(answer.citations, documents, strict=True))
    return _section("Sources", answer.standalone_question, cards)


def closest_passages(turn: int, answer: Answer, titles: dict[str, str], most: int = 3) -> str:
    """What came closest to an answer that was not given."""
    cards = (_close(turn, number, hit, titles) for number, hit in enumerate(answer.hits[:most], start=1))
    return _section("Closest passages" if answer.hits else "No passages", answer.standalone_question, cards)


def _section(heading: str, question: str, cards: Iterable[str]) -> str:
    return f'<section><h2>{heading}</h2><p class="asked">{escape(question)}</p>{"".join(cards)}</section>'


def _cited(turn: int, citation: Citation, document: Document | None) -> str:
    unchanged = document and document.text[citation.quote_start : citation.quote_end] == citation.quote
    text, shift = (document.text, 0) if document and unchanged else (citation.passage.text, citation.passage.start)
    start, end = citation.quote_start - shift, citation.quote_end - shift
    first, last = _context(text, start, end)
    shown = (
        f"{'… ' if first else ''}{escape(text[first:start])}<mark>{escape(text[start:end])}</mark>"
        f"{escape(text[end:last])}{' …' if last < len(text) else ''}"
    )
    place = [
        citation.passage.document_id,
        citation.source if citation.source != citation.passage.document_id else "",
        f"page {citation.page}" if citation.page else "",
        f"characters {citation.quote_start:,}–{citation.quote_end:,}",
    ]
    lines = (place, known_facts(citation.metadata))
    return _card(source_id(turn, citation.number), f"[{citation.number}] {citation.title}", lines, shown)


def _close(turn: int, number: int, hit: Hit, titles: dict[str, str]) -> str:
    document_id = hit.passage.document_id
    place = [document_id, f"characters {hit.passage.start:,}–{hit.passage.end:,}"]
    return _card(source_id(turn, number), titles.get(document_id, document_id), [place], escape(hit.passage.text))


def _card(anchor: str, title: str, lines: Iterable[Sequence[str]], text_html: str) -> str:
    """`lines` say where the text is from: each line's parts that are not empty, and no line without one."""
    said = (escape(" · ".join(part for part in parts if part)) for parts in lines)
    where = "<br>".join(line for line in said if line)
    return (
        f'<article class="source" id="{anchor}" tabindex="0"><h3>{escape(title)}</h3>'
        f'<p class="where">{where}</p><p class="text">{text_html}</p></article>'
    )


def _context(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch around the quote that begins and ends between words."""
    first = max(0, start - CONTEXT)
    last = min(len(text), end + CONTEXT)
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    return first, last
