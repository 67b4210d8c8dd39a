"""Passages by their words: BM25 in tantivy, English stemming. The only module that imports tantivy."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import tantivy

from index.files import write_file

PASSAGES = "lexical"
DOCUMENTS = "documents"
_ANALYZER = "english"
_HEAP_BYTES = 64 * 1024 * 1024


class LexicalIndex:
    """Ids by BM25 (k1 1.2, b 0.75) over title and text. `generation` is the catalog's that it reflects.

    There are two, told apart by name: one of passages, and one of whole documents, each of which stands under
    the id of its first passage.
    """

    def __init__(self, index: tantivy.Index, folder: Path, name: str, generation: int) -> None:
        index.register_tokenizer(_ANALYZER, _analyzer())
        self._index = index
        self._folder = folder
        self._name = name
        self.generation = generation

    @classmethod
    def create(cls, folder: Path, name: str = PASSAGES) -> "LexicalIndex":
        """An empty index in the place of what was there."""
        remove(folder, name)
        (folder / name).mkdir()
        return cls(tantivy.Index(_schema(), path=str(folder / name), reuse=False), folder, name, 0)

    @classmethod
    def load(cls, folder: Path, name: str = PASSAGES) -> "LexicalIndex | None":
        """The saved index, or None if there is none or its bytes are not those that were saved."""
        try:
            stamp = json.loads(_stamp(folder, name).read_text())
            if _digest(folder / name) != stamp["sha256"]:
                return None
            index = tantivy.Index(_schema(), path=str(folder / name), reuse=True)
            loaded = cls(index, folder, name, int(stamp["generation"]))
            return loaded if len(loaded) == stamp["size"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def apply(self, added: Iterable[tuple[int, str, str]], removed: Sequence[int], generation: int) -> None:
        """Follow the catalog to a generation, from (id, title, text). Ids that are already there are replaced."""
        writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for passage_id in removed:
            writer.delete_documents_by_term("id", passage_id)
        for passage_id, title, text in added:
            writer.delete_documents_by_term("id", passage_id)
            writer.add_document(tantivy.Document(id=passage_id, text=f"{title}\n{text}"))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self.generation = generation
        stamp = {"generation": generation, "size": len(self), "sha256": _digest(self._folder / self._name)}
        write_file(_stamp(self._folder, self._name), json.dumps(stamp).encode())

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The k best passages as (id, BM25), best first; the question's words are alternatives."""
        terms = sorted(set(stems(question)))
        if not terms or k <= 0:
            return []
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._index.schema, "text", term, index_option="freq"))
            for term in terms
        ]
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.boolean_query(clauses), limit=k).hits
        scored = [(int(searcher.doc(address)["id"][0]), float(score)) for score, address in found]
        return sorted(
            scored, key=lambda one: (-one[1], one[0])
        )  # equals come in the order of segments, which is chance

    def ids(self) -> list[int]:
        """The ids of all passages it holds."""
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.all_query(), limit=max(1, len(self))).hits
        return [int(searcher.doc(address)["id"][0]) for _, address in found]

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)


def remove(folder: Path, name: str) -> None:
    """Delete the files of an index."""
    shutil.rmtree(folder / name, ignore_errors=True)
    _stamp(folder, name).unlink(missing_ok=True)


def stems(text: str) -> list[str]:
    """The terms under which a text is found: lower case, without accents and stop words, English stems."""
    return list(_analyzer().analyze(text))


def _stamp(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _digest(folder: Path) -> str:
    """Over names and bytes of an index's files: on damaged ones, tantivy panics or finds the wrong passages."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if not path.name.endswith(".lock"):
            digest.update(path.name.encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=True)
    builder.add_text_field("text", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
