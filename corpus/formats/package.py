"""ZIP containers, looked at before they are unpacked: how much is in them, and whether they may be read.

DOCX, PPTX, XLSX, ODT and EPUB are such containers of XML. `zipfile` never yields more of a member than the
directory of the archive announces, so what is announced can be held against the limits beforehand.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.formats.piece import File
from corpus.limits import MEBIBYTE, in_mebibytes

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ENCRYPTED = 0x1
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CUT_OR_CHANGED = (zipfile.BadZipFile, zlib.error, EOFError)
_DAMAGED = (*CUT_OR_CHANGED, OSError, NotImplementedError, ValueError)


def opened(file: File) -> zipfile.ZipFile:
    """The archive, if its directory keeps within the limits; its members are read with `member`."""
    if file.data.startswith(_OLE2):
        raise file.refused(f"is protected by a password or in an old format; save it anew as {file.suffix} without one")
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
    except _DAMAGED as error:
        raise file.refused("is damaged or not what its suffix says; save it anew") from error
    members = archive.infolist()
    if len(members) > file.limits.members:
        raise file.over("members", f"holds {len(members):,} files, over {file.limits.members:,}", "split it")
    if sum(member.file_size for member in members) > file.limits.unpacked_bytes:
        raise file.over("unpacked_bytes", f"unpacks to over {in_mebibytes(file.limits.unpacked_bytes)}", "split it")
    return archive


def opened_document(file: File, needed: str) -> zipfile.ZipFile:
    """The archive of a format that is made of members; `needed` is one without which it is another format."""
    archive = opened(file)
    if needed not in archive.namelist():
        raise file.refused(f"is a ZIP archive, but holds no {file.suffix} document; correct its suffix or save it anew")
    for info in archive.infolist():
        _check(file, info)
    return archive


def member(file: File, archive: zipfile.ZipFile, name: str | zipfile.ZipInfo) -> bytes:
    """One member's bytes; raises DocumentError if it is missing, damaged, encrypted or a bomb."""
    try:
        info = archive.getinfo(name) if isinstance(name, str) else name
        _check(file, info)
        return archive.read(info)
    except KeyError as error:
        raise file.refused(f"lacks {name}, so it is damaged; save it anew") from error
    except _DAMAGED as error:
        raise file.refused("is damaged, it does not unpack; save it anew") from error


def xml(file: File, data: bytes) -> "Element":
    """The root of XML that declares no entity and refers to nothing outside; raises DocumentError otherwise."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root: Element = fromstring(data)
    except DefusedXmlException as error:
        raise file.refused("declares entities in its XML, as attacks do; save it anew") from error
    except (ParseError, ValueError, LookupError) as error:
        raise file.refused("is damaged, its XML cannot be read; save it anew") from error
    return root


def named(root: "Element", name: str) -> "Iterator[Element]":
    """Elements by their name, whatever namespace the file puts them in."""
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)


def _check(file: File, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise file.refused("is encrypted; unpack it with its password and put the files in its place")
    ratio = file.limits.unpacked_ratio
    if info.file_size > MEBIBYTE and info.file_size > ratio * max(info.compress_size, 1):
        found = f"a part of it unpacks to over {ratio} times its size, as archive bombs do"
        raise file.over("unpacked_ratio", found, "remove it, or unpack it if you trust it")
