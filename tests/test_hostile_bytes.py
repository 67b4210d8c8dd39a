"""Damaged files of every format: whatever the bytes are, they yield documents or a reason, and nothing else."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import DocumentError
from corpus.formats.known import FORMATS
from corpus.limits import Limits
from corpus.parse import extract
from tests import made_files

FILES = made_files.of_each_format()
PACKED = tuple(f"article{suffix}" for suffix in (".docx", ".pptx", ".xlsx", ".odt", ".epub", ".zip"))
LIMITS = Limits(file_bytes=2_000_000, unpacked_bytes=5_000_000, members=2_000, pages=200, table_rows=5_000)
FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])

Changes = list[tuple[int, int, bytes]]

# (where, how many bytes go, what comes instead): where as a fraction of the length, in thousandths
edits = st.lists(
    st.tuples(
        st.integers(0, 1000),
        st.integers(0, 40),
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from([b"\xff" * 4, b"\x00", b"<", b">", b"&#0;", b"\"'", b"{", b"}", b"-1", b"9" * 11, b"/"]),
        ),
    ),
    min_size=1,
    max_size=6,
)


def edited(data: bytes, changes: Changes) -> bytes:
    for where, length, instead in changes:
        start = len(data) * where // 1000
        data = data[:start] + instead + data[start + length :]
    return data


def check(name: str, data: bytes) -> None:
    """The promise of `extract`."""
    try:
        extracted = extract(name, data, limits=LIMITS)
    except DocumentError as error:
        assert str(error).startswith(name)
        return
    assert extracted.documents
    assert len({document.id for document in extracted.documents}) == len(extracted.documents)
    for document in extracted.documents:
        assert document.id.isprintable()
        assert document.text.strip()
        assert list(document.pages) == sorted(document.pages)
        assert all(0 <= page < len(document.text) for page in document.pages)
        told = [document.id, document.title, document.text, document.source, *document.metadata.values()]
        assert all(part.encode() for part in told), "a database takes it"


@pytest.mark.parametrize("name", sorted(FILES))
@FEW
@given(changes=edits)
def test_a_file_with_changed_bytes_yields_documents_or_a_reason(name: str, changes: Changes) -> None:
    check(name, edited(FILES[name], changes))


@pytest.mark.parametrize("name", PACKED)
@FEW
@given(changes=edits, which=st.integers(0, 1000))
def test_a_packed_file_with_a_changed_member_yields_documents_or_a_reason(
    name: str, changes: Changes, which: int
) -> None:
    with zipfile.ZipFile(io.BytesIO(FILES[name])) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    changed = sorted(members)[which * (len(members) - 1) // 1000]
    check(name, made_files.zipped({**members, changed: edited(members[changed], changes)}))


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@FEW
@given(data=st.binary(max_size=300))
def test_any_bytes_in_any_suffix_yield_documents_or_a_reason(suffix: str, data: bytes) -> None:
    check(f"a{suffix}", data)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_the_bytes_of_one_format_in_the_suffix_of_another_yield_documents_or_a_reason(suffix: str) -> None:
    for data in FILES.values():
        check(f"a{suffix}", data)
