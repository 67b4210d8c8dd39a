"""An answer in a terminal: the words, the sources with the quote marked in its passage."""

import re

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from rag.answer import Answer, Citation
from rag.known import known_facts

CONTEXT = 220
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def show(answer: Answer, console: Console) -> None:
    """Print an answer; without colours where the console has none."""
    if answer.standalone_question != answer.question:
        console.print(Text(f"I understood: {_plain(answer.standalone_question)}", style="dim"))
    if answer.where:
        console.print(Text(f"Only documents with {_plain(str(answer.where))}", style="dim"))
    console.print(Text(_plain(answer.text)), style="bold" if answer.abstained else "")
    if answer.short_answer:
        console.print(Text.assemble("\n", ("Short answer:", "bold"), f" {_plain(answer.short_answer)}"))
    if answer.citations:
        console.print("\n[bold]Sources[/bold]")
        for citation in answer.citations:
            console.print(_source(citation))
    elif answer.hits:
        console.print("\n[bold]Closest passages[/bold]")
        for hit in answer.hits[:3]:
            start = Text(_one_line(hit.passage.text[:CONTEXT]) + " …", style="dim")
            console.print(Padding(Group(Text(_plain(hit.passage.document_id), style="cyan"), start), (0, 0, 0, 2)))
    console.print(f"\n[dim]confidence {answer.confidence:.2f} · {answer.timings_ms['total']:.0f} ms[/dim]")


def _source(citation: Citation) -> Padding:
    heading = Text.assemble(
        (f"[{citation.number}] ", "bold"), _plain(citation.title), (f" · {_where(citation)}", "cyan")
    )
    facts = [Text(_plain(" · ".join(found)), style="dim")] if (found := known_facts(citation.metadata)) else []
    inside = Padding(Group(*facts, _marked(citation)), (0, 0, 0, 4))
    return Padding(Group(heading, inside), (0, 0, 0, 2))


def _where(citation: Citation) -> str:
    page = f", page {citation.page}" if citation.page else ""
    return f"{_plain(citation.passage.document_id)}{page}, characters {citation.quote_start}–{citation.quote_end}"


def _marked(citation: Citation) -> Text:
    """The quote, reversed, in what stands around it."""
    text, offset = citation.passage.text, citation.passage.start
    before, after = text[: citation.quote_start - offset], text[citation.quote_end - offset :]
    return Text.assemble(
        ("… " if len(before) > CONTEXT else "") + _one_line(before[-CONTEXT:]),
        (_plain(citation.quote), "black on yellow"),
        _one_line(after[:CONTEXT]) + (" …" if len(after) > CONTEXT else ""),
    )


def _one_line(text: str) -> str:
    return _plain(text).replace("\n\n", " ").replace("\n", " ")


def _plain(text: str) -> str:
    """Without control characters: no document may drive the terminal."""
    return _CONTROL.sub("", text)
