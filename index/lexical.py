"""Passages by their words: BM25 in tantivy, English stemming. The only module that imports tantivy."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import tantivy

from index.files import write_file

FOLDER = "lexical"
STAMP = "lexical.json"
_ANALYZER = "english"
_HEAP_BYTES = 64 * 1024 * 1024


class LexicalIndex:
    """Passage ids by BM25 (k1 1.2, b 0.75) over title and text. `generation` is the catalog's that it reflects."""

    def __init__(self, index: tantivy.Index, folder: Path, generation: int) -> None:
        index.register_tokenizer(_ANALYZER, _analyzer())
        self._index = index
        self._folder = folder
        self.generation = generation

    @classmethod
    def create(cls, folder: Path) -> "LexicalIndex":
        """An empty index in the place of what was there."""
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        (folder / STAMP).unlink(missing_ok=True)
        (folder / FOLDER).mkdir()
        return cls(tantivy.Index(_schema(), path=str(folder / FOLDER), reuse=False), folder, 0)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex | None":
        """The saved index, or None if there is none or its bytes are not those that were saved."""
        try:
            stamp = json.loads((folder / STAMP).read_text())
            if _digest(folder / FOLDER) != stamp["sha256"]:
                return None
            index = tantivy.Index(_schema(), path=str(folder / FOLDER), reuse=True)
            loaded = cls(index, folder, int(stamp["generation"]))
            return loaded if len(loaded) == stamp["passages"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def apply(self, added: Iterable[tuple[int, str, str]], removed: Sequence[int], generation: int) -> None:
        """Follow the catalog to a generation, from (id, title, text). Ids that are already there are replaced."""
        writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for passage_id in removed:
            writer.delete_documents_by_term("id", passage_id)
        for passage_id, title, text in added:
            writer.delete_documents_by_term("id", passage_id)
            writer.add_document(tantivy.Document(id=passage_id, title=title, text=text))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self.generation = generation
        stamp = {"generation": generation, "passages": len(self), "sha256": _digest(self._folder / FOLDER)}
        write_file(self._folder / STAMP, json.dumps(stamp).encode())

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The k best passages as (id, BM25), best first; the question's words are alternatives."""
        terms = sorted(set(stems(question)))
        if not terms or k <= 0:
            return []
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._index.schema, field, term, index_option="freq"))
            for term in terms
            for field in ("title", "text")
        ]
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.boolean_query(clauses), limit=k).hits
        return [(int(searcher.doc(address)["id"][0]), float(score)) for score, address in found]

    def ids(self) -> list[int]:
        """The ids of all passages it holds."""
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.all_query(), limit=max(1, len(self))).hits
        return [int(searcher.doc(address)["id"][0]) for _, address in found]

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)


def stems(text: str) -> list[str]:
    """The terms under which a text is found: lower case, without accents and stop words, English stems."""
    return list(_analyzer().analyze(text))


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
    for field in ("title", "text"):
        builder.add_text_field(field, stored=False, tokenizer_name=_ANALYZER, index_option="freq")
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
