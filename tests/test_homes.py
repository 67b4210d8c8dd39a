"""Homes: the document of each passage, as the catalog has it, whatever was removed since."""

from pathlib import Path

import numpy as np

from index.embed import Embedder
from index.engine import SearchEngine
from index.homes import Home, Homes
from index.sync import sync


def homes(pairs: dict[int, int]) -> Homes:
    return Homes(np.array(list(pairs), dtype=np.int64), np.array(list(pairs.values()), dtype=np.int64))


def test_each_passage_has_its_document_and_how_many_that_has() -> None:
    known = homes({3: 70, 5: 70, 9: 20})
    assert known.of([9, 3]) == {9: Home(20, 1), 3: Home(70, 2)}
    assert known.documents.tolist() == [20, 70]
    assert [known.first(key) for key in (20, 70)] == [9, 3]


def test_passages_that_do_not_exist_have_none() -> None:
    assert homes({3: 70, 5: 70}).of([1, 4, 5, 6]) == {5: Home(70, 2)}
    assert homes({}).of([1]) == {}
    assert homes({3: 70}).of([]) == {}
    assert not len(homes({}).documents)


def test_a_removed_document_leaves_no_home(corpus_folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    engine = SearchEngine(tmp_path / "store")
    sync(corpus_folder, engine, embedder)
    ids = [i for i, _ in engine.search_dense(embedder.embed_query("comet"), 10)]
    assert {i: home.passages for i, home in engine.homes(ids).items()} == dict.fromkeys(ids, 1)
    (corpus_folder / "new-comet.txt").unlink()
    sync(corpus_folder, engine, embedder)
    assert len(engine.homes(ids)) == len(ids) - 1


def test_an_empty_store_has_no_homes_and_no_vectors(tmp_path: Path) -> None:
    engine = SearchEngine(tmp_path / "store")
    assert engine.homes([1]) == {}
    assert not len(engine.vectors([1]))


def test_vectors_are_those_that_were_embedded(corpus_folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    engine = SearchEngine(tmp_path / "store")
    sync(corpus_folder, engine, embedder)
    entries = list(engine.catalog.entries_since(0))
    assert (engine.vectors([entry.id for entry in entries]) == np.stack([entry.vector for entry in entries])).all()
