"""What a parser is given and what it yields: a file's own text, files within it, and what had to be left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from corpus.errors import DocumentError
from corpus.limits import Limits, over_limit

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a file or of a part of one. `id` is what messages call it, `suffix` decides how it is read."""

    id: str
    suffix: str
    data: bytes
    limits: Limits

    def refused(self, reason: str) -> DocumentError:
        """To be raised where the file cannot be read, or yielded where only a part of it is lost."""
        return DocumentError(f"{self.id}: {reason}")

    def over(self, setting: str, found: str, advice: str) -> DocumentError:
        """To be raised where the file is over a limit; `setting` is the limit's name."""
        return over_limit(self.id, setting, found, advice)


@dataclass(frozen=True, slots=True)
class Content:
    """Citable text: of the file itself, or of a part if it has a `name`. `pages` as in `Document`."""

    text: str
    metadata: Mapping[str, str]
    pages: tuple[int, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A file within a file, unpacked only when it is asked for; `read` and `sidecar` may raise DocumentError.

    `metadata` is what its surroundings say, for want of its own words.
    """

    name: str
    suffix: str
    read: Callable[[], bytes]
    sidecar: Callable[[], bytes] = bytes
    metadata: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is passed over, by its id (from a parser: by its name within the file), and why."""

    id: str
    reason: str


Piece = Content | Part | Skipped | DocumentError
Parser = Callable[[File], Iterator[Piece]]
