"""HTML to text: the main text of a web page, and all the text of what has no furniture (a chapter, a mail)."""

from collections.abc import Iterator
from typing import Any

from corpus.decode import decode_markup
from corpus.formats.flow import flow
from corpus.formats.piece import Content, File, Piece

_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody tfoot thead title tr ul".split()
)
_CELLS = frozenset(("td", "th"))
_UNSEEN = frozenset("head iframe math noscript object script style svg template".split())


def web_page(file: File) -> Iterator[Piece]:
    """The main text of a page, as trafilatura (https://trafilatura.readthedocs.io) finds it."""
    from trafilatura import bare_extraction

    decoded = decode_markup(file.id, file.data)
    page = bare_extraction(decoded.text, with_metadata=True, include_comments=False)
    if page is None or not page.text:
        raise file.refused("no main text was found in the page; save the article's text as .txt")
    found = {"title": page.title, "author": page.author, "date": page.date, "source": page.url}
    paragraphs = page.text.replace("\n", "\n\n")
    yield Content(paragraphs, {key: value for key, value in found.items() if value} | decoded.metadata)


def all_text(markup: str) -> str:
    """Everything that a reader of this HTML would see, block by block; empty if that is nothing."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(markup.encode("utf-8", "replace"), parser) if markup.strip() else None
    return flow(_blocks(etree.iterwalk(root, events=("start", "end")))) if root is not None else ""


def _blocks(events: Any) -> Iterator[str]:
    """Text between the edges of block elements, its white space collapsed as browsers do."""
    words: list[str] = []
    unseen = 0
    for event, element in events:
        tag = element.tag if isinstance(element.tag, str) else ""
        unseen += (tag in _UNSEEN) * (1 if event == "start" else -1)
        if tag in _BLOCKS:
            yield " ".join("".join(words).split())
            words = []
        elif tag in _CELLS and event == "end":
            words.append("; ")
        if not unseen:
            words.append((element.text if event == "start" else element.tail) or "")
    yield " ".join("".join(words).split())
