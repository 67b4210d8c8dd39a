"""DenseIndex, over every kind of FAISS index that it chooses between."""

import threading
from pathlib import Path

import numpy as np
import pytest

from index import dense
from index.dense import DenseIndex, kind_for
from index.embed import Vectors

KINDS = ("Flat", "SQ8", "HNSW16,SQ8")


def unit_vectors(first_id: int, count: int, dimension: int = 16) -> list[tuple[int, Vectors]]:
    """(id, vector), the same for the same id whichever the others are."""
    vectors = []
    for passage_id in range(first_id, first_id + count):
        vector = np.random.default_rng(passage_id).normal(size=dimension).astype(np.float32)
        vectors.append((passage_id, vector / np.float32(np.linalg.norm(vector))))
    return vectors


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every kind in turn, chosen for any number of passages."""
    chosen = str(request.param)
    monkeypatch.setattr(dense, "kind_for", lambda passages: chosen)
    return chosen


@pytest.mark.parametrize(
    ("passages", "kind"),
    [
        (0, "Flat"),
        (1, "Flat"),
        (50_000, "Flat"),
        (50_001, "SQ8"),
        (200_000, "SQ8"),
        (200_001, "HNSW16,SQ8"),
        (5_000_000, "HNSW16,SQ8"),
    ],
)
def test_the_kind_follows_the_measured_limits(passages: int, kind: str) -> None:
    assert kind_for(passages) == kind


def test_scores_are_cosines_and_the_nearest_is_first() -> None:
    vectors = [(7, [1.0, 0.0]), (8, [0.6, 0.8]), (9, [-1.0, 0.0])]
    index = DenseIndex.build([(i, np.array(v, dtype=np.float32)) for i, v in vectors], 3)
    found = index.search(np.array([1, 0], dtype=np.float32), 3)
    assert [passage_id for passage_id, _ in found] == [7, 8, 9]
    assert [score for _, score in found] == pytest.approx([1.0, 0.6, -1.0])


def test_every_kind_finds_a_vector_by_itself(kind: str) -> None:
    vectors = unit_vectors(100, 300)
    index = DenseIndex.build(vectors, 300)
    assert (index.kind, len(index)) == (kind, 300)
    assert [index.search(vector, 1)[0][0] for _, vector in vectors[::10]] == list(range(100, 400, 10))
    assert index.search(vectors[0][1], 1)[0][1] == pytest.approx(1.0, abs=0.02)


def test_every_kind_is_the_same_after_saving_and_loading(kind: str, tmp_path: Path) -> None:
    index = DenseIndex.build(unit_vectors(1, 100), 100)
    index.save(tmp_path)
    loaded = DenseIndex.load(tmp_path)
    assert (loaded.kind, loaded.ids.tolist()) == (kind, list(range(1, 101)))
    question = unit_vectors(1000, 1)[0][1]
    assert loaded.search(question, 10) == index.search(question, 10)


def test_every_kind_takes_in_new_vectors(kind: str) -> None:
    index = DenseIndex.build(unit_vectors(1, 100), 100)
    assert index.can_follow(150, 0)
    index = index.followed(unit_vectors(101, 50), [])
    assert (index.kind, index.ids.tolist()) == (kind, list(range(1, 151)))
    assert index.search(unit_vectors(140, 1)[0][1], 1)[0][0] == 140


@pytest.mark.parametrize("kind", ["Flat", "SQ8"], indirect=True)
def test_removed_vectors_are_never_found_again(kind: str, tmp_path: Path) -> None:
    index = DenseIndex.build(unit_vectors(1, 100), 100)
    assert index.can_follow(99, 1)
    index = index.followed(unit_vectors(101, 1), [40, 41])
    index.save(tmp_path)
    loaded = DenseIndex.load(tmp_path)
    assert loaded.kind == kind
    for found in (index, loaded):
        assert len(found) == 99
        assert not {40, 41} & {passage_id for passage_id, _ in found.search(unit_vectors(40, 1)[0][1], 1000)}


@pytest.mark.parametrize("kind", ["Flat", "SQ8"], indirect=True)
def test_a_vector_replaces_the_one_of_its_id(kind: str) -> None:
    index = DenseIndex.build(unit_vectors(1, 100), 100)
    moved = unit_vectors(5000, 1)[0][1]
    index = index.followed([(7, moved)], [7])
    assert (index.kind, len(index)) == (kind, 100)
    assert index.search(moved, 1)[0][0] == 7
    assert index.search(unit_vectors(7, 1)[0][1], 1)[0][0] != 7


@pytest.mark.parametrize("kind", ["HNSW16,SQ8"], indirect=True)
def test_a_graph_cannot_follow_removals(kind: str) -> None:
    index = DenseIndex.build(unit_vectors(1, 100), 100)
    assert index.kind == kind
    assert index.can_follow(101, 0)
    assert not index.can_follow(99, 1)


def test_an_index_that_is_now_the_wrong_kind_cannot_follow() -> None:
    index = DenseIndex.build(unit_vectors(1, 10), 10)
    assert index.can_follow(50_000, 0)
    assert not index.can_follow(50_001, 0)


def test_vectors_are_taken_in_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "_BATCH", 7)
    index = DenseIndex.build(unit_vectors(1, 1), 1)
    index = index.followed(unit_vectors(2, 29), [])
    assert index.ids.tolist() == list(range(1, 31))


def test_nothing_is_found_in_an_empty_index(tmp_path: Path) -> None:
    index = DenseIndex.build([], 0)
    index.save(tmp_path)
    loaded = DenseIndex.load(tmp_path)
    assert loaded.search(unit_vectors(1, 1)[0][1], 5) == index.search(unit_vectors(1, 1)[0][1], 5) == []
    assert (len(loaded), loaded.ids.tolist()) == (0, [])
    assert not loaded.can_follow(10, 0)


def test_no_more_is_found_than_there_is(kind: str) -> None:
    index = DenseIndex.build(unit_vectors(1, 5), 5)
    found = index.search(unit_vectors(3, 1)[0][1], 1000)
    assert sorted(passage_id for passage_id, _ in found) == [1, 2, 3, 4, 5], kind
    assert found == sorted(found, key=lambda hit: -hit[1])


@pytest.mark.parametrize("k", [0, -1])
def test_nothing_is_found_where_nothing_is_wanted(k: int) -> None:
    assert DenseIndex.build(unit_vectors(1, 5), 5).search(unit_vectors(1, 1)[0][1], k) == []


@pytest.mark.parametrize("wanted", [1, 3, 50])
def test_every_kind_searches_among_some_only(kind: str, wanted: int) -> None:
    vectors = unit_vectors(100, 300)
    index = DenseIndex.build(vectors, 300)
    among = np.array(range(120, 120 + 5 * wanted, 5), dtype=np.int64)
    found = index.search(vectors[0][1], 1000, among)
    assert sorted(i for i, _ in found) == among.tolist(), kind
    cosines = {i: float(vector @ vectors[0][1]) for i, vector in vectors}
    assert found[0][0] == max(among.tolist(), key=lambda i: cosines[i])
    assert index.search(vectors[0][1], 10, among[:0]) == []


def test_ids_that_it_holds_are_known() -> None:
    index = DenseIndex.build(unit_vectors(1, 5), 5)
    assert index.holds([9, 5])
    assert not index.holds([9, 0])
    assert not index.holds([])


def test_a_search_sees_the_index_before_or_after_a_change_never_between() -> None:
    count = 5_000
    vectors = dict(unit_vectors(1, count, dimension=32))
    held = [DenseIndex.build(vectors.items(), count)]
    wanted = list(vectors)[-20:]
    wrong: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            wrong.extend(i for i in wanted if held[0].search(vectors[i], 1)[0][0] != i)

    searching = threading.Thread(target=look)
    searching.start()
    for generation in range(2, 42):
        first = (generation - 2) * 100 + 1
        new = unit_vectors(count + first, 100, dimension=32)
        held[0] = held[0].followed(new, list(range(first, first + 100)))
    done.set()
    searching.join()
    assert wrong == []
    assert len(held[0]) == count
