"""A stretch of a document's text, as every door shows it."""

from web.problem import RefusedError
from web.shelf import Shelf

CHARACTERS = 100_000


def stretch(shelf: Shelf, document_id: str, start: int, end: int | None) -> tuple[dict[str, object], str]:
    """(the stretch as JSON, the document's entity tag); at most CHARACTERS long, and never beyond the text's end.

    Raises RefusedError if there is no such document, or if `end` lies before `start`.
    """
    document, etag = shelf.document(document_id)
    if end is not None and end < start:
        raise RefusedError("invalid", "query.end: lies before query.start; give offsets in reading order")
    whole = len(document.text)
    first, last = min(start, whole), min(whole if end is None else end, whole, start + CHARACTERS)
    shown = {"start": first, "end": last, "characters": whole, "text": document.text[first:last]}
    return {"document_id": document_id, **shown}, etag
