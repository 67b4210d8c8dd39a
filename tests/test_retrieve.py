"""Retrieval: dense and lexical search fused, over a small store."""

from pathlib import Path

import pytest

from index.embed import Embedder
from index.engine import SearchEngine
from index.sync import sync
from rag.fuse import Fusion
from rag.retrieve import FusedRetriever


@pytest.fixture
def retriever(corpus_folder: Path, tmp_path: Path, embedder: Embedder) -> FusedRetriever:
    engine = SearchEngine(tmp_path / "store")
    sync(corpus_folder, engine, embedder)
    return FusedRetriever(engine, embedder)


def test_the_passage_that_is_asked_about_comes_first_in_every_search(retriever: FusedRetriever) -> None:
    best = retriever.retrieve("Which postman discovered a comet with a telescope?", 3)[0]
    assert best.passage.document_id == "new-comet.txt"
    assert best.ranks == {"dense": 1, "lexical": 1, "document": 1, "fused": 1}


def test_a_passage_that_only_one_search_found_has_only_that_rank(retriever: FusedRetriever) -> None:
    ranks = [set(hit.ranks) for hit in retriever.retrieve("comet", 10)]
    assert {"dense", "fused"} in ranks
    assert {"dense", "lexical", "document", "fused"} in ranks


def test_hits_are_best_first_at_most_k_and_each_passage_once(retriever: FusedRetriever) -> None:
    hits = retriever.retrieve("the storm and the frost and the comet", 2)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score
    assert hits[0].passage != hits[1].passage


def test_a_question_without_any_word_of_the_corpus_still_gets_the_nearest(retriever: FusedRetriever) -> None:
    assert retriever.retrieve("zzz", 1)[0].ranks.keys() == {"dense", "fused"}


def test_the_fused_rank_is_the_place_in_the_list(retriever: FusedRetriever) -> None:
    assert [hit.ranks["fused"] for hit in retriever.retrieve("the storm and the comet", 10)] == [1, 2, 3]


@pytest.mark.parametrize("alone", ["dense", "lexical", "document"])
def test_a_search_without_weight_is_not_made(
    alone: str, corpus_folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    engine = SearchEngine(tmp_path / "store")
    sync(corpus_folder, engine, embedder)
    weights = {name: float(name == alone) for name in ("dense", "lexical", "document")}
    hits = FusedRetriever(
        engine, embedder, Fusion(dense=weights["dense"], lexical=weights["lexical"], document=weights["document"])
    ).retrieve("comet", 10)
    assert hits[0].passage.document_id == "new-comet.txt"
    assert {frozenset(hit.ranks) for hit in hits} == {frozenset({alone, "fused"})}


def test_what_was_best_draws_the_question_nearer_to_what_is_like_it(tmp_path: Path, embedder: Embedder) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "both.txt").write_text("The comet shone above the telescope of the postman.\n")
    (corpus / "like-it.txt").write_text("Telescope, postman.\n")
    (corpus / "other.txt").write_text("Frost fell on apples and pears and plums.\n")
    engine = SearchEngine(tmp_path / "store")
    sync(corpus, engine, embedder)

    def cosines(feedback: float) -> dict[str, int]:
        fusion = Fusion(dense=1.0, lexical=0.0, document=0.0, feedback=feedback)
        hits = FusedRetriever(engine, embedder, fusion).retrieve("comet", 3)
        return {hit.passage.document_id: round(100 * hit.score) for hit in hits}

    plain, moved = cosines(0.0), cosines(2.0)
    assert plain["both.txt"] == moved["both.txt"] == 100
    assert moved["like-it.txt"] > plain["like-it.txt"]


def test_the_order_does_not_depend_on_how_many_are_asked_for(retriever: FusedRetriever) -> None:
    question = "the storm and the frost and the comet"
    assert retriever.retrieve(question, 1) == retriever.retrieve(question, 3)[:1]


def test_the_stages_are_timed(retriever: FusedRetriever) -> None:
    assert set(retriever.timed("comet", 1).timings_ms) == {"embed", "search"}


def test_an_empty_store_gives_no_hits(tmp_path: Path, embedder: Embedder) -> None:
    assert FusedRetriever(SearchEngine(tmp_path / "store"), embedder).retrieve("anything?", 5) == []
