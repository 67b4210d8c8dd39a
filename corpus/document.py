"""The two values that every layer shares: a document and a citable span of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Document:
    """A text that can be cited.

    `id` is the path below the corpus folder, with `/` and the suffix. `text` is the citable text:
    every offset in this project is a Python string offset into it. `source` says where the text came
    from (a URL, a publisher), and is the id where nothing else is known. `pages` holds the offset at
    which each page starts, in order, and is empty for formats without pages.
    """

    id: str
    title: str
    text: str
    source: str
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pages: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable span. Invariant: `document.text[start:end] == text`."""

    document_id: str
    start: int
    end: int
    text: str
