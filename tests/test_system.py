"""The assistant that is measured, over an index of the benchmark's documents."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from corpus.document import Document
from corpus.errors import StoreError
from eval import system
from eval.benchmark import Benchmark
from eval.settings import Settings
from eval.system import Embedders, GivenDocument, Step, build_system, configured, default_store
from index.engine import SearchEngine
from index.verify import problems
from rag.assistant import Assistant
from rag.retrieve import FusedRetriever

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

_TEXTS = {
    "comet": "A retired postman has discovered a comet with a telescope.\n\nThe comet will pass the sun in October.",
    "frost": "A late frost has destroyed most of the apple blossom in the valley.",
    "bridge": "The harbour bridge reopened on Tuesday, nine days after a storm.",
    "empty": "",
}
_NEWS = Benchmark("news", tuple(Document(name, "", text, name) for name, text in _TEXTS.items()), (), {"n": "ab12"})
_SHIPPED = Settings()


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where indexes are kept unless a store is given."""
    monkeypatch.setattr(system, "STORES", tmp_path / "stores")
    return tmp_path / "stores"


@pytest.fixture
def embedders(embedder: "WordEmbedder") -> Embedders:
    return cast(Embedders, lambda name: embedder)


def _built(embedders: Embedders, settings: Settings = _SHIPPED, store: Path | None = None) -> Assistant:
    return _taken(build_system(_NEWS, settings, store, embedders))[1]


def _taken(steps: system.Steps) -> tuple[list[Step], Assistant]:
    """Every step, and what they return."""
    taken = []
    while True:
        try:
            taken.append(next(steps))
        except StopIteration as finished:
            return taken, finished.value


def _found(assistant: Assistant, question: str) -> list[str]:
    return [hit.passage.document_id for hit in assistant.retrieve(question, 5)]


def test_every_document_is_indexed_and_told(embedders: Embedders) -> None:
    steps, assistant = _taken(build_system(_NEWS, _SHIPPED, None, embedders))
    assert steps == [Step("indexing documents", done, 4) for done in (1, 2, 3, 4)]
    assert list(assistant.engine.catalog.content_hashes()) == sorted(_TEXTS)
    assert _found(assistant, "Who discovered a comet?")[0] == "comet"


def test_an_index_is_made_once_and_used_again(embedders: Embedders, embedder: "WordEmbedder", stores: Path) -> None:
    _built(embedders)
    embedded = embedder.embedded
    assert embedded >= 3
    steps, again = _taken(build_system(_NEWS, Settings(fusion="rrf", read=2), None, embedders))
    assert (steps, embedder.embedded) == ([], embedded)
    assert _found(again, "frost apple blossom")[0] == "frost"
    assert len(list(stores.iterdir())) == 1


def test_an_interrupted_index_goes_on_where_it_stopped(
    embedders: Embedders, embedder: "WordEmbedder", tmp_path: Path
) -> None:
    steps = build_system(_NEWS, _SHIPPED, tmp_path / "store", embedders)
    next(steps), next(steps)
    steps.close()
    rest, assistant = _taken(build_system(_NEWS, _SHIPPED, tmp_path / "store", embedders))
    assert rest == [Step("indexing documents", done, 2) for done in (1, 2)]
    assert _found(assistant, "When did the harbour bridge reopen?")[0] == "bridge"
    assert problems(assistant.engine) == []


def test_nobody_else_can_write_to_an_index_that_is_being_made(embedders: Embedders, tmp_path: Path) -> None:
    steps = build_system(_NEWS, _SHIPPED, tmp_path / "store", embedders)
    next(steps)
    with pytest.raises(StoreError, match="another process is writing"):
        _built(embedders, store=tmp_path / "store")
    steps.close()
    assert _found(_built(embedders, store=tmp_path / "store"), "frost")[0] == "frost"


@pytest.mark.parametrize(
    "change", [{"passage_tokens": 96}, {"overlap_tokens": 8}, {"title_tokens": 0}, {"embedder": "another"}]
)
def test_another_recipe_has_another_index(change: dict[str, int]) -> None:
    assert default_store(_NEWS, Settings(**change)) != default_store(_NEWS, _SHIPPED)  # type: ignore[arg-type]


def test_what_is_no_part_of_the_recipe_keeps_the_index() -> None:
    assert default_store(_NEWS, Settings(fusion="rrf", read=2, threshold=0.5)) == default_store(_NEWS, _SHIPPED)


def _changed() -> Iterator[Benchmark]:
    first, *others = _NEWS.documents
    for document in (
        Document("planet", first.title, first.text, first.source),
        Document(first.id, "A title", first.text, first.source),
        Document(first.id, first.title, first.text + " Again.", first.source),
    ):
        yield Benchmark(_NEWS.name, (document, *others), (), _NEWS.hashes)


@pytest.mark.parametrize("benchmark", list(_changed()))
def test_other_documents_have_another_index(
    benchmark: Benchmark, embedders: Embedders, tmp_path: Path, embedder: "WordEmbedder"
) -> None:
    assert default_store(benchmark, _SHIPPED) != default_store(_NEWS, _SHIPPED)
    _built(embedders, store=tmp_path / "store")
    embedded = embedder.embedded
    with pytest.raises(StoreError, match=r"store: holds another document 'comet' than news; choose another --store"):
        _taken(build_system(benchmark, _SHIPPED, tmp_path / "store", embedders))
    assert embedder.embedded == embedded


def test_a_store_of_another_recipe_is_refused(embedders: Embedders, tmp_path: Path) -> None:
    _built(embedders, store=tmp_path / "store")
    with pytest.raises(StoreError, match="another recipe"):
        _built(embedders, Settings(passage_tokens=96), tmp_path / "store")


def test_settings_reach_the_assistant(embedders: Embedders) -> None:
    shipped = _built(embedders)
    changed = configured(shipped, embedders(""), Settings(lexical=1, dense=0, read=3, rerank=0))
    assert (shipped.read, changed.read) == (10, 3)
    assert changed.confidence == shipped.confidence
    assert {frozenset(hit.ranks) for hit in changed.retrieve("comet", 5)} <= {
        frozenset({"lexical", "document", "fused"}),
        frozenset({"document", "fused"}),
    }
    assert any("dense" in hit.ranks for hit in shipped.retrieve("comet", 5))


def test_a_threshold_takes_the_place_of_the_fitted_one(embedders: Embedders) -> None:
    fitted = _built(embedders).confidence
    for threshold in (0.0, 0.25, 1.0):
        confidence = _built(embedders, Settings(threshold=threshold)).confidence
        assert confidence.threshold == threshold
        assert (confidence.about, confidence.answers) == (fitted.about, fitted.answers)


def test_a_given_document_is_read_in_its_order_and_nothing_else(embedders: Embedders, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {number} has words of its own, and they are {number * 7}." for number in range(12))
    book = Benchmark("book", (*_NEWS.documents, Document("book", "", text, "book")), (), {})
    engine = _taken(build_system(book, Settings(passage_tokens=32, overlap_tokens=0), None, embedders))[1].engine
    given = GivenDocument(engine, "book")
    hits = given.retrieve("anything", 1000)
    assert {hit.passage.document_id for hit in hits} == {"book"}
    assert [hit.passage.start for hit in hits] == sorted(hit.passage.start for hit in hits)
    assert [hit.ranks for hit in hits] == [{"fused": place} for place in range(1, len(hits) + 1)]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert given.retrieve("anything", 2) == hits[:2]
    assert set(given.timed("anything", 2).timings_ms) == set(
        FusedRetriever(engine, embedders("")).timed("x", 1).timings_ms
    )


def test_a_given_document_that_there_is_not_has_no_passages(tmp_path: Path) -> None:
    assert GivenDocument(SearchEngine(tmp_path / "store"), "nothing").retrieve("anything", 5) == []
