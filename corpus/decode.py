"""Bytes to text: UTF-8, what a mark or the file itself declares, else what the bytes look like.

A guess is made only from enough bytes, only among encodings that people's files are in, and only if all
bytes fit it; the guess is told, so that it can be shown.
"""

import re
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from corpus.errors import DocumentError

_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",  # before that of UTF-16, with which it begins
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_NEVER_IN_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_DECLARED = re.compile(
    rb"""<(?:\?xml|meta)[^>]{0,200}?(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]{2,30})""", re.IGNORECASE
)
_DECLARED_WITHIN = 4096
# in the order in which they are preferred where the bytes fit several equally well
_GUESSES = tuple(
    (
        "cp1252 cp1250 cp1251 koi8_r cp1253 cp1254 cp1255 cp1256 iso8859_2 mac_roman big5 cp932 euc_jp gb18030 cp949"
    ).split()
)
_SAMPLE_BYTES = 64 * 1024
_MIN_GUESS_BYTES = 32


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and the encoding it was in where that had to be guessed."""

    text: str
    guessed: str = ""

    @property
    def metadata(self) -> dict[str, str]:
        """What a document says of itself so that a wrong guess can be seen."""
        return {"encoding": f"{self.guessed} (guessed)"} if self.guessed else {}


def decode(name: str, data: bytes) -> Decoded:
    """The text in a file's bytes; raises DocumentError if they are not text, or in no known encoding."""
    mark = next((mark for mark in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    is_binary = mark is None and b"\x00" in data
    try:
        encoding = _BYTE_ORDER_MARKS[mark] if mark else "utf-8"
        decoded = _without_mark(data) if is_binary else Decoded(data.decode(encoding))
    except UnicodeDecodeError as error:
        decoded = Decoded("") if mark else _guessed(data)
        if not decoded.text:
            raise DocumentError(f"{name}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    if (is_binary and not decoded.text) or "\x00" in decoded.text:
        raise DocumentError(f"{name}: is a binary file, not text; remove it or convert it to text")
    return decoded


def decode_strictly(name: str, data: bytes) -> str:
    """As `decode`, without a guess: for what is written for programs, such as a sidecar."""
    decoded = decode(name, data)
    if decoded.guessed:
        raise DocumentError(f"{name}: is not UTF-8; save it as UTF-8")
    return decoded.text


def decode_markup(name: str, data: bytes) -> Decoded:
    """As `decode`, for HTML and XML, which may declare their encoding; a declaration that is wrong is not believed."""
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    text = "" if _is_utf8(data) or declared is None else decoded_as(data, declared[1].decode("ascii"))
    return Decoded(text) if text and "\x00" not in text else decode(name, data)


def decoded_as(data: bytes, encoding: str) -> str:
    """The text, if the encoding is known and every byte fits it; else empty."""
    try:
        if encoding.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
            encoding = "cp1252"  # what is declared as one is nearly always the other, as browsers know
        return data.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        return ""


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(data: bytes) -> Decoded:
    """UTF-16 of a text in Latin letters: every other byte is zero. Empty if it is none."""
    if len(data) >= _MIN_GUESS_BYTES:
        for encoding, upper in (("utf-16-le", data[1:_SAMPLE_BYTES:2]), ("utf-16-be", data[:_SAMPLE_BYTES:2])):
            text = decoded_as(data, encoding) if 2 * upper.count(0) > len(upper) else ""
            if text and not _NEVER_IN_TEXT.search(text):
                return Decoded(text, encoding)
    return Decoded("")


def _guessed(data: bytes) -> Decoded:
    from charset_normalizer import from_bytes

    sample = _telling_lines(data)
    if len(sample) < _MIN_GUESS_BYTES:
        return Decoded("")
    found = from_bytes(sample, cp_isolation=list(_GUESSES), enable_fallback=False, preemptive_behaviour=False)
    fitting = [match for first in found for match in (first, *first.submatch) if match.encoding in _GUESSES]
    fitting.sort(key=lambda m: (round(m.chaos, 2), -round(m.coherence, 2), _GUESSES.index(m.encoding)))
    texts = ((decoded_as(data, match.encoding), match.encoding) for match in fitting)
    return next((Decoded(text, encoding) for text, encoding in texts if text), Decoded(""))


def _telling_lines(data: bytes) -> bytes:
    """Lines with other bytes than ASCII's, which are the only ones that tell encodings apart."""
    lines = iter(partial(BytesIO(data).readline, _SAMPLE_BYTES), b"")
    telling: list[bytes] = []
    size = 0
    for line in lines:
        if not line.isascii():
            telling.append(line)
            size += len(line)
        if size > _SAMPLE_BYTES:
            break
    return b"".join(telling)
