"""Passages by their words: BM25 in tantivy, English stemming. The only module that imports tantivy."""

import errno
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import tantivy

PASSAGES = "lexical"
DOCUMENTS = "documents"
ID, DOCUMENT = "id", "document"
_ANALYZER = "english"
_HEAP_BYTES = 64 * 1024 * 1024


class LexicalIndex:
    """Ids by BM25 (k1 1.2, b 0.75) over title and text.

    There are two, told apart by the name of their folder: one of passages, and one of whole documents, each of
    which stands under the id of its first passage.
    """

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        index.register_tokenizer(_ANALYZER, _analyzer())
        index.config_reader("manual")  # by default a thread looks for changes, and makes lock files as folders go
        self._index = index
        self._folder = folder

    @classmethod
    def create(cls, folder: Path) -> "LexicalIndex":
        """An empty index in a new folder."""
        folder.mkdir()
        with _disk_told():
            return cls(tantivy.Index(_schema(), path=str(folder), reuse=False), folder)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """The saved index; its bytes must be known to be those that were saved: on damaged ones, tantivy panics."""
        with _disk_told():
            return cls(tantivy.Index(_schema(), path=str(folder), reuse=True), folder)

    def apply(self, added: Iterable[tuple[int, int, str, str]], removed: Sequence[int]) -> None:
        """Take in (id, key of the document, title, text), and drop ids. Ids that are already there are replaced."""
        with _disk_told():
            writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            for passage_id in removed:
                writer.delete_documents_by_term(ID, passage_id)
            for passage_id, document, title, text in added:
                writer.delete_documents_by_term(ID, passage_id)
                writer.add_document(tantivy.Document(id=passage_id, document=document, text=f"{title}\n{text}"))
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()

    def search(
        self, question: str, k: int, among: Sequence[int] | None = None, field: str = DOCUMENT
    ) -> list[tuple[int, float]]:
        """The k best passages as (id, BM25), best first; the question's words are alternatives.

        Only those of the documents whose keys are `among` the given ones, if there are any, or with the field ID
        those with the given ids, which takes many times longer where they are many. BM25 stays that of all.
        """
        terms = sorted(set(stems(question)))
        if not terms or k <= 0 or (among is not None and not among):
            return []
        schema = self._index.schema
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", term, index_option="freq"))
            for term in terms
        ]
        query = tantivy.Query.boolean_query(clauses)
        if among is not None:
            chosen = tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, field, list(among)), 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, chosen)])
        searcher = self._index.searcher()
        found = searcher.search(query, limit=k).hits
        scored = [(int(searcher.doc(address)[ID][0]), float(score)) for score, address in found]
        return sorted(
            scored, key=lambda one: (-one[1], one[0])
        )  # equals come in the order of segments, which is chance

    def rarest(self, words: Sequence[str]) -> str:
        """Of the words that any passage holds, the one that the fewest do; "" if there is none."""
        searcher = self._index.searcher()
        counts: dict[str, int] = {}
        for word in words:
            held = [int(searcher.doc_freq("text", term)) for term in stems(word)]
            if held and min(held) > 0:
                counts[word] = min(held)
        return min(counts, key=lambda word: counts[word], default="")

    def ids(self) -> list[int]:
        """The ids of all passages it holds."""
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.all_query(), limit=max(1, len(self))).hits
        return [int(searcher.doc(address)[ID][0]) for _, address in found]

    def terms(self) -> set[str]:
        """Every term that stands in its files, also of passages that were removed and not yet cleared away."""
        return {term for term, _ in self._index.searcher().terms_with_prefix("text", "")}

    def removed(self) -> int:
        """How many passages were removed and still stand in its files."""
        segments = json.loads((self._folder / "meta.json").read_text())["segments"]
        return sum((segment["deletes"] or {}).get("num_deleted_docs", 0) for segment in segments)

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)


def stems(text: str) -> list[str]:
    """The terms under which a text is found: lower case, without accents and stop words, English stems."""
    return list(_analyzer().analyze(text))


@contextmanager
def _disk_told() -> Iterator[None]:
    """tantivy tells every failure of the disk as ValueError."""
    try:
        yield
    except ValueError as error:
        raise OSError(errno.EIO, str(error)) from error


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(ID, stored=True, indexed=True)
    builder.add_integer_field(DOCUMENT, stored=False, indexed=True)
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
