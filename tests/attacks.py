"""What the tests of hostile files share: how a file is refused, what was in it, and how an archive is tampered with."""

import io
import zipfile

import pytest

from corpus.errors import DocumentError
from corpus.limits import DEFAULT_LIMITS, Limits
from corpus.parse import Extracted, extract
from tests.made_files import zipped

ZIP_BASED = (".docx", ".pptx", ".xlsx", ".odt", ".epub")


def refusal(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(DocumentError) as caught:
        extract(name, data, limits=limits)
    assert "parser gave up" not in str(caught.value), "an attack that is known is refused in words"
    return str(caught.value)


def ids(extracted: Extracted) -> list[str]:
    return [document.id for document in extracted.documents]


def replaced(data: bytes, name: str, old: str, new: str) -> bytes:
    """The archive with this replaced in one of its members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    assert old.encode() in members[name]
    return zipped({**members, name: members[name].replace(old.encode(), new.encode(), 1)})
