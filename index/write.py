"""Documents into the engine: split, embedded where that was never done before, one transaction each."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.document import Document, Passage
from corpus.errors import StoreError
from corpus.parse import title_from_name
from corpus.split import split
from corpus.tokens import count_tokens
from index.catalog import EmbeddedPassage
from index.embed import Embedder, Vectors
from index.engine import SearchEngine
from index.recipe import Recipe

_EMBED_AT_ONCE = 128  # four batches of like length; what is interrupted loses no more than these


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document to be written; `file` is the corpus file that it came from, its own id where that is not said."""

    document: Document
    content_hash: str
    file: str = ""


class DocumentWriter:
    """Writes documents; `embedded` counts the passages that the model had to read.

    Raises StoreError if the recipe's passages could be longer than what the embedder reads.
    """

    def __init__(self, engine: SearchEngine, embedder: Embedder) -> None:
        self._engine = engine
        self._embedder = embedder
        self._recipe = engine.catalog.recipe
        check_room(self._recipe, embedder)
        self.embedded = 0

    def write(self, documents: Iterable[Incoming]) -> Iterator[str]:
        """The ids of the documents in their order, as each is committed; searchable after a refresh."""
        for group in _groups(self._prepared(incoming) for incoming in documents):
            vectors = self._vectors([text for prepared in group for text in prepared.inputs])
            for prepared in group:
                passages = [
                    EmbeddedPassage(passage, vectors[_hash(text)], _hash(text))
                    for passage, text in zip(prepared.passages, prepared.inputs, strict=True)
                ]
                self._engine.upsert(prepared.document, prepared.content_hash, passages, prepared.file)
                yield prepared.document.id

    def _prepared(self, incoming: Incoming) -> "_Prepared":
        document = incoming.document
        passages = split(document, self._recipe.passage_tokens, self._recipe.overlap_tokens, self._count)
        title = self._title(document)
        inputs = [f"{title}\n{passage.text}" if title else passage.text for passage in passages]
        return _Prepared(document, incoming.content_hash, incoming.file, passages, inputs)

    def _vectors(self, texts: list[str]) -> dict[bytes, Vectors]:
        known = self._engine.catalog.vectors_for([_hash(text) for text in texts])
        new = {_hash(text): text for text in texts if _hash(text) not in known}
        self.embedded += len(new)
        if new:
            known |= zip(new, self._embedder.embed_passages(list(new.values())), strict=True)
        return known

    def _count(self, texts: Sequence[str]) -> list[int]:
        """The larger of both counts: the budget is in tiktoken's tokens, the model's limit in its own."""
        return [max(pair) for pair in zip(count_tokens(texts), self._embedder.count_tokens(texts), strict=True)]

    def _title(self, document: Document) -> str:
        """As many of the title's words as the recipe allows; none if the title is only the file's name."""
        named = document.title == title_from_name(document.id)
        words = [] if named else document.title.split()[: self._recipe.title_tokens]
        while words and self._count([" ".join(words)])[0] >= self._recipe.title_tokens:
            words.pop()
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document, its passages, and for each the text to embed: the title, as far as it fits, before it."""

    document: Document
    content_hash: str
    file: str
    passages: list[Passage]
    inputs: list[str]


def check_room(recipe: Recipe, embedder: Embedder) -> None:
    """Raises StoreError if the recipe's passages could be longer than what the embedder reads."""
    room = embedder.max_tokens - recipe.title_tokens
    if recipe.passage_tokens > room:
        raise StoreError(
            f"passages of {recipe.passage_tokens} tokens and titles of {recipe.title_tokens} do not fit in the "
            f"{embedder.max_tokens} tokens that {recipe.embedder} reads; use at most {room} for passages"
        )


def _groups(prepared: Iterable[_Prepared]) -> Iterator[list[_Prepared]]:
    """Documents together that hold enough passages to fill batches of like length."""
    group: list[_Prepared] = []
    for one in prepared:
        group.append(one)
        if sum(len(each.inputs) for each in group) >= _EMBED_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
