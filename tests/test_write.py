"""DocumentWriter: what is embedded of a document, and that it always fits in what the model reads."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.document import Document
from corpus.errors import StoreError
from index import write
from index.embed import Embedder, SentenceEmbedder, Vectors
from index.engine import SearchEngine
from index.recipe import Recipe
from index.write import DocumentWriter, Incoming

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

BODY = "The bridge reopened on Tuesday. Ferries carried passengers for nine days.\n\nThe mayor crossed it in a bus."


class _Recorder:
    """Counts tokens as the model inside does, and keeps the texts that it is given instead of embedding them."""

    def __init__(self, counter: Embedder, fake: "WordEmbedder") -> None:
        self.max_tokens = counter.max_tokens
        self.counted = 0
        self.embed_query = fake.embed_query
        self._counter = counter
        self._fake = fake
        self.calls: list[list[str]] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        self.counted += 1
        return self._counter.count_tokens(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        return self._fake.embed_passages(texts)

    @property
    def texts(self) -> list[str]:
        return [text for call in self.calls for text in call]


@pytest.fixture
def recorder(embedder: "WordEmbedder") -> _Recorder:
    return _Recorder(embedder, embedder)


def embedded_of(store: Path, recipe: Recipe, recorder: _Recorder, title: str, text: str) -> list[str]:
    engine = SearchEngine(store, recipe)
    assert list(
        DocumentWriter(engine, recorder).write([Incoming(Document("a.txt", title, text, "a.txt"), "hash")])
    ) == ["a.txt"]
    assert engine.catalog.counts().documents == 1
    return recorder.texts


def test_the_title_is_embedded_before_each_passage(tmp_path: Path, recorder: _Recorder) -> None:
    texts = embedded_of(tmp_path, Recipe(passage_tokens=20, overlap_tokens=0), recorder, "Harbour news", BODY)
    assert len(texts) > 1
    assert all(text.startswith("Harbour news\n") for text in texts)
    assert "".join(text.removeprefix("Harbour news\n") for text in texts).split() == BODY.replace("\n\n", "").split()


def test_a_title_that_is_only_the_file_name_is_not_embedded(tmp_path: Path, recorder: _Recorder) -> None:
    assert embedded_of(tmp_path, Recipe(), recorder, "a", BODY) == [BODY]


def test_a_recipe_may_leave_titles_out(tmp_path: Path, recorder: _Recorder) -> None:
    assert embedded_of(tmp_path, Recipe(title_tokens=0), recorder, "Harbour news", BODY) == [BODY]


def test_a_long_title_is_cut_between_words(tmp_path: Path, recorder: _Recorder) -> None:
    (text,) = embedded_of(
        tmp_path, Recipe(title_tokens=8), recorder, "one two three four five six seven eight nine", BODY
    )
    title = text.removesuffix("\n" + BODY)
    assert title == "one two three four five six seven"


def test_a_title_of_a_thousand_words_is_cut_at_once(tmp_path: Path, recorder: _Recorder) -> None:
    (text,) = embedded_of(tmp_path, Recipe(), recorder, "word " * 1_000, BODY)
    assert text == "word " * 30 + "word\n" + BODY
    assert recorder.counted < 20


HOSTILE = {
    "Chinese": "港口大橋在暴風雨後重新開放。市長第一個過橋，坐在一輛滿載學生的公共汽車上。" * 40,
    "emoji": "🦉👩‍👩‍👧‍👦🏴‍☠️" * 200,
    "one word": "x" * 5_000,
    "base64": "aGVsbG8gd29ybGQgdGhpcyBpcyBhIGJhc2U2NCBzdHJpbmc9PQ" * 60,
    "digits": "3.14159265358979 " * 300,
    "punctuation": "?!…—" * 600,
    "accents": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘ " * 60,
    "Hindi": "पुल मंगलवार को फिर से खुल गया। महापौर ने सबसे पहले पार किया। " * 60,
    "special tokens": "[CLS] [SEP] <|endoftext|> [UNK] " * 150,
    "no sentences": "word " * 3_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("recipe", [Recipe(passage_tokens=222), Recipe(passage_tokens=16, overlap_tokens=8)])
def test_nothing_is_embedded_that_the_model_would_cut_off(
    tmp_path: Path, sentence_embedder: SentenceEmbedder, embedder: "WordEmbedder", recipe: Recipe, text: str
) -> None:
    recorder = _Recorder(sentence_embedder, embedder)
    texts = embedded_of(tmp_path, recipe, recorder, "Bericht " + text[:300], text)
    assert SearchEngine(tmp_path, recipe).catalog.counts().passages > 1
    assert max(sentence_embedder.count_tokens(texts)) <= sentence_embedder.max_tokens


@pytest.mark.parametrize(("passage_tokens", "fits"), [(222, True), (223, False)])
def test_a_recipe_that_exceeds_what_the_model_reads_is_refused(
    tmp_path: Path, embedder: "WordEmbedder", passage_tokens: int, fits: bool
) -> None:
    engine = SearchEngine(tmp_path, Recipe(passage_tokens=passage_tokens))
    if fits:
        assert DocumentWriter(engine, embedder).embedded == 0
    else:
        with pytest.raises(StoreError, match=r"254 tokens that all-MiniLM-L6-v2 reads; use at most 222 for passages"):
            DocumentWriter(engine, embedder)


def test_documents_are_embedded_together_and_committed_one_by_one(
    tmp_path: Path, recorder: _Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "_EMBED_AT_ONCE", 2)
    engine = SearchEngine(tmp_path)
    writer = DocumentWriter(engine, recorder)
    documents = [Incoming(Document(f"{n}.txt", "News", f"Sentence {n}.", "s"), "hash") for n in range(5)]
    committed = [(document_id, engine.catalog.counts().documents) for document_id in writer.write(documents)]
    assert committed == [(f"{n}.txt", n + 1) for n in range(5)]
    assert [len(call) for call in recorder.calls] == [2, 2, 1]
    assert writer.embedded == 5
    assert engine.catalog.generation == 5
