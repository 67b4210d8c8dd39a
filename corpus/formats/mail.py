"""E-mail: a message's own words, its headers as metadata, its attachments as files; and mailboxes of messages.

The parser is the standard library's. Nothing that a message points to is fetched.
"""

import mimetypes
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import CloseBoundaryNotFoundDefect, HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from functools import partial
from pathlib import PurePosixPath

from corpus.dates import mail_date
from corpus.decode import decode, decoded_as
from corpus.errors import DocumentError
from corpus.formats.flow import flow
from corpus.formats.markup import all_text
from corpus.formats.piece import Content, File, Part, Piece
from corpus.metadata import properties

_MESSAGE = ".eml"
_ENCLOSED = "message/rfc822"
_WORDS = ("text/plain", "text/html")
_HEADERS = re.compile(rb"(?:>?From .*\r?\n)?(?:[!-9;-~]+:.*\r?\n(?:[ \t].*\r?\n)*)+", re.ASCII)
_HEADERS_WITHIN = 64 * 1024
_LONGEST_HEADER = 4000
_SEPARATOR = re.compile(  # a line of prose begins with `From ` as well; it tells no time, and no header follows it
    rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From (?=[^\r\n]*\d:\d\d|[^\r\n]*\r?\n[!-9;-~]+:)[^\r\n]*\r?\n"
)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def message(file: File) -> Iterator[Piece]:
    """The words of a message, those of its HTML only where it has no plain ones; then each attachment."""
    if not _HEADERS.match(file.data[:_HEADERS_WITHIN].lstrip()):
        raise file.refused("does not begin with the headers of an e-mail; correct its suffix or export it anew")
    parsed = message_from_bytes(
        file.data, policy=policy.compat32
    )  # the newer policy takes seconds for a hostile header
    metadata = _metadata(parsed)
    text = flow(_own_words(file, parsed))
    attached = list(_attachments(parsed))
    if text or not attached:
        yield Content(text, metadata)
    surroundings = properties(attached_to=metadata.get("title"), date=metadata.get("date"))
    for name, part in attached:
        suffix = PurePosixPath(name).suffix.lower()
        yield Part(name, suffix, partial(_bytes, part), metadata=surroundings)
    if any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in parsed.defects):
        yield file.refused("ends before its last part does, so something may be lost; export it anew")


def mailbox(file: File) -> Iterator[Piece]:
    """Each message of an mbox as a part, called by its number from 1."""
    starts = list(_SEPARATOR.finditer(file.data))
    if not starts or starts[0].start():
        raise file.refused("is no mailbox (mbox), which begins with `From `; export it anew")
    ends = [*(start.start() for start in starts[1:]), len(file.data)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        yield Part(str(number), _MESSAGE, partial(_unquoted, file.data, start.end(), end))


def _unquoted(data: bytes, start: int, end: int) -> bytes:
    return _QUOTED_FROM.sub(rb"\1", data[start:end])


def _metadata(parsed: Message) -> dict[str, str]:
    raw = {name.lower(): str(value) for name, value in reversed(list(parsed.raw_items()))}
    said = {name: _decoded(raw.get(name, "")) for name in ("subject", "from", "to", "cc", "date", "message-id")}
    return properties(
        title=said["subject"],
        author=said["from"],
        to=said["to"],
        cc=said["cc"],
        date=mail_date(said["date"]),
        message_id=said["message-id"],
    )


def _decoded(header: str) -> str:
    """A header as people read it: encoded words decoded, bytes that should not be there guessed."""
    if len(header) > _LONGEST_HEADER:
        return ""
    octets = header.encode("utf-8", "surrogateescape")
    text = decoded_as(octets, "utf-8") or decoded_as(octets, "cp1252") or octets.decode("ascii", "replace")
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _own_words(file: File, part: Message) -> Iterator[str]:
    """The texts that make up the message itself; of alternatives the first that is no mere stub of another."""
    kind, inside = part.get_content_type(), part.get_payload()
    if isinstance(inside, list) and kind != _ENCLOSED:
        texts = [flow(_own_words(file, inner)) for inner in inside if isinstance(inner, Message)]
        if kind == "multipart/alternative":
            enough = max(map(len, texts), default=0) // 2
            texts = [next((text for text in texts if len(text) >= enough), "")]
        yield from texts
    elif (kind in _WORDS or (isinstance(inside, str) and kind.startswith("multipart/"))) and not _is_attached(part):
        yield _words(file, part)


def _words(file: File, part: Message) -> str:
    data = _bytes(part)
    try:
        text = decoded_as(data, part.get_content_charset("")) or decode(file.id, data).text
    except DocumentError:  # a wrong byte in one message is better shown than the message lost
        text = data.decode("utf-8", "replace")
    return all_text(text) if part.get_content_type() == "text/html" else text


def _attachments(parsed: Message) -> Iterator[tuple[str, Message]]:
    """Everything that is a file of its own; pictures within the text are furniture."""
    for number, part in enumerate(_leaves(parsed), 1):
        kind = part.get_content_type()
        is_picture = part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment"
        if kind == _ENCLOSED or (_is_attached(part) and not is_picture):
            yield _file_name(part) or f"attachment {number}{_suffix(kind)}", part


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _file_name(part: Message) -> str:
    return _decoded(part.get_filename() or "").replace("\\", "/").rpartition("/")[2]


def _leaves(parsed: Message) -> Iterator[Message]:
    """The parts that hold something; a message within a message is one of them, and is not opened."""
    waiting = [parsed]
    while waiting:
        part = waiting.pop()
        inside = part.get_payload()
        if isinstance(inside, list) and part.get_content_type() != _ENCLOSED:
            waiting += [inner for inner in reversed(inside) if isinstance(inner, Message)]
        else:
            yield part


def _bytes(part: Message) -> bytes:
    if part.get_content_type() == _ENCLOSED and part.is_multipart():
        inner = part.get_payload(0)
        return inner.as_bytes(policy=policy.compat32) if isinstance(inner, Message) else b""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _suffix(kind: str) -> str:
    return _MESSAGE if kind == _ENCLOSED else mimetypes.guess_extension(kind) or ""
