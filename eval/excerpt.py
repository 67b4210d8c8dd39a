"""As much of a text as a report shows, cut between words, with the evidence in it marked off."""

from collections.abc import Iterable

from eval.saved import Record

EXCERPT = 400
"""About how many characters are shown."""


def shortened(text: str, most: int = EXCERPT) -> str:
    """At most so many characters, ending between words, with an ellipsis if there were more."""
    if len(text) <= most:
        return text
    return f"{text[: most + 1].rsplit(maxsplit=1)[0][:most].rstrip()} …"


def excerpt(hit: Record, evidence: Iterable[Record]) -> tuple[str, str, str]:
    """A stretch of a hit's text: before, within and after the first evidence that stands in it."""
    text = hit.get("text", "")
    for each in evidence:
        start, end = (max(0, min(len(text), each[side] - hit["start"])) for side in ("start", "end"))
        if each["document_id"] == hit["document_id"] and start < end and text[start:end] in each["quote"]:
            return _around(text, start, end)
    return shortened(text), "", ""


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    """The words marked, with so much around them that about EXCERPT characters are shown."""
    marked = shortened(text[start:end])
    room = (EXCERPT - len(marked)) // 2
    before = text[:start] if start <= room else f"… {text[start - room : start].partition(' ')[2]}"
    return before, marked, shortened(text[end:], max(room, EXCERPT - len(before) - len(marked)))
