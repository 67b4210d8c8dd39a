"""What a file is by its first bytes, for the message that its suffix is wrong."""

_ZIP_BASED = frozenset(".zip .docx .pptx .xlsx .xlsm .odt .epub".split())
_WEB_PAGES = frozenset(".html .htm .xhtml".split())
_MAY_HOLD_HTML = _WEB_PAGES | frozenset(".md .markdown .eml .mbox".split())
_TEXT = frozenset(".txt .md .markdown .html .htm .xhtml .csv .tsv .json .jsonl .ndjson .eml .mbox".split())
_READABLE = (
    (b"%PDF-", "a PDF", frozenset((".pdf",)), "rename it to end in .pdf"),
    (b"PK\x03\x04", "a ZIP archive or an Office document", _ZIP_BASED, "give it the suffix of what it is"),
    (b"{\\rtf", "an RTF document", frozenset((".rtf",)), "rename it to end in .rtf"),
)
_OTHERS = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
)
_HTML_STARTS = (b"<!doctype html", b"<html")
_SPACE = b" \t\r\n\xef\xbb\xbf"


def wrong_suffix(suffix: str, data: bytes) -> str:
    """What the file is instead of what its suffix says, and what to do; empty if nothing speaks against it."""
    for start, what, suffixes, advice in _READABLE:
        if data.startswith(start) and suffix not in suffixes:
            return f"is {what}, not what its suffix {suffix} says; {advice}"
    if data[:200].lstrip(_SPACE).lower().startswith(_HTML_STARTS) and suffix not in _MAY_HOLD_HTML:
        return f"is a web page, not what its suffix {suffix} says; rename it to end in .html"
    for start, what in _OTHERS:
        if data.startswith(start) and suffix not in _TEXT:
            return f"is {what}, not what its suffix {suffix} says; remove it or convert it"
    return ""
