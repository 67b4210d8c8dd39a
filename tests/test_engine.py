"""SearchEngine: the derived indexes follow the catalog, whatever happened to them."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from corpus.document import Document, Passage
from corpus.errors import StoreError
from index import dense, lexical
from index.catalog import Catalog, EmbeddedPassage
from index.dense import DenseIndex
from index.embed import Embedder
from index.engine import CATALOG_FILE, SearchEngine
from index.place import ROOT
from index.recipe import Recipe
from index.remove import remove_store
from index.verify import problems

TEXTS = {
    "bridge.txt": ("The harbour bridge reopens.", "Ferries carried passengers."),
    "frost.txt": ("A late frost.", "Apple blossom was destroyed.", "Growers fear for the harvest."),
    "comet.txt": ("A postman discovered a comet.",),
}
QUESTIONS = ("Who discovered the comet?", "When does the harbour bridge open?", "apple harvest", "passengers")


def published(engine: SearchEngine) -> Path:
    """The folder of the indexes that are searched."""
    (folder,) = engine.store.glob("generation-*")
    return folder


def put(target: SearchEngine | Catalog, embedder: Embedder, document_id: str, *texts: str) -> None:
    vectors = embedder.embed_passages(texts)
    starts = [sum(len(text) + 1 for text in texts[:place]) for place in range(len(texts))]
    passages = [
        EmbeddedPassage(Passage(document_id, start, start + len(text), text), vector, text.encode())
        for start, text, vector in zip(starts, texts, vectors, strict=True)
    ]
    target.upsert(Document(document_id, "News", "\n".join(texts), document_id), "hash", passages)


def answers(engine: SearchEngine, embedder: Embedder) -> list[object]:
    """What the engine finds for every question, dense and lexical, in words and scores."""
    found: list[object] = []
    for question in QUESTIONS:
        for hits in (engine.search_dense(embedder.embed_query(question), 4), engine.search_lexical(question, 4)):
            passages = engine.passages([passage_id for passage_id, _ in hits])
            found.append([(passages[i].text, round(score, 4)) for i, score in hits])
    return found


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "store"


@pytest.fixture
def engine(store: Path, embedder: Embedder) -> SearchEngine:
    """An engine over six passages, up to date."""
    store.mkdir(parents=True)
    with closing(Catalog(store / CATALOG_FILE)) as catalog:
        for document_id, texts in TEXTS.items():
            put(catalog, embedder, document_id, *texts)
    return SearchEngine(store)


def test_a_new_store_finds_nothing(store: Path, embedder: Embedder) -> None:
    engine = SearchEngine(store)
    assert answers(engine, embedder) == [[]] * 2 * len(QUESTIONS)
    assert problems(engine) == []
    assert engine.passages([1, 2]) == {}


def test_what_was_put_in_is_found(engine: SearchEngine, embedder: Embedder) -> None:
    hits = engine.search_dense(embedder.embed_query("a postman discovered a comet"), 2)
    assert engine.passages([hits[0][0]])[hits[0][0]] == Passage("comet.txt", 0, 29, "A postman discovered a comet.")
    assert [hits[0][0]] == [passage_id for passage_id, _ in engine.search_lexical("comets", 5)]


def test_no_more_is_found_than_there_is(engine: SearchEngine, embedder: Embedder) -> None:
    assert len(engine.search_dense(embedder.embed_query("frost"), 1000)) == 6
    assert len(engine.search_lexical("frost comet", 1000)) == 2


def test_a_store_answers_the_same_when_it_is_opened_again(engine: SearchEngine, embedder: Embedder) -> None:
    before = answers(engine, embedder)
    engine.close()
    assert answers(SearchEngine(engine.store), embedder) == before


def test_opening_a_store_that_is_up_to_date_writes_nothing(engine: SearchEngine) -> None:
    engine.close()

    def state() -> list[tuple[str, int, int]]:
        files = [path for path in published(engine).rglob("*") if not path.name.endswith(".lock")]
        return sorted((path.name, path.stat().st_ino, path.stat().st_mtime_ns) for path in files)

    before = state()
    SearchEngine(engine.store)
    assert state() == before


def test_a_deleted_document_can_no_longer_be_found(engine: SearchEngine, embedder: Embedder) -> None:
    engine.delete("comet.txt")
    engine.refresh()
    for opened in (engine, SearchEngine(engine.store)):
        assert opened.search_lexical("comet", 5) == []
        assert len(opened.search_dense(embedder.embed_query("comet"), 100)) == 5
        assert problems(opened) == []


def test_a_generation_is_whole_until_the_next_is_published(engine: SearchEngine, embedder: Embedder) -> None:
    before = answers(engine, embedder)
    engine.delete("comet.txt")
    put(engine, embedder, "frost.txt", "A meteor shower.")
    assert answers(engine, embedder) == before
    engine.refresh()
    assert engine.search_lexical("comet frost", 5) == []


def test_a_changed_document_is_found_by_its_new_words_only(engine: SearchEngine, embedder: Embedder) -> None:
    put(engine, embedder, "comet.txt", "A meteor shower disappointed everybody.")
    engine.refresh()
    assert engine.search_lexical("postman", 5) == []
    (hit,) = engine.search_lexical("meteors", 5)
    assert engine.passages([hit[0]])[hit[0]].document_id == "comet.txt"
    assert problems(engine) == []


def test_removals_are_forgotten_once_both_indexes_followed(engine: SearchEngine) -> None:
    engine.delete("comet.txt")
    assert engine.catalog.removed_since(0) == [6]
    engine.refresh()
    assert engine.catalog.removed_since(0) == []


def test_when_the_last_document_goes_nothing_is_found(engine: SearchEngine, embedder: Embedder) -> None:
    for document_id in TEXTS:
        engine.delete(document_id)
    engine.refresh()
    for opened in (engine, SearchEngine(engine.store)):
        assert answers(opened, embedder) == [[]] * 2 * len(QUESTIONS)
        assert problems(opened) == []
    put(engine, embedder, "new.txt", "A comet.")
    engine.refresh()
    assert len(engine.search_lexical("comet", 5)) == len(engine.search_dense(embedder.embed_query("comet"), 5)) == 1


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [Path.unlink, _flip, _truncate, _empty])
@pytest.mark.parametrize(
    "name",
    [
        dense.FILE,
        f"{lexical.PASSAGES}/meta.json",
        f"{lexical.DOCUMENTS}/meta.json",
        f"{lexical.PASSAGES}/.managed.json",
    ],
)
def test_a_damaged_index_is_rebuilt_from_the_catalog(
    engine: SearchEngine, embedder: Embedder, name: str, damage: Callable[[Path], None]
) -> None:
    before = answers(engine, embedder)
    engine.close()
    damage(published(engine) / name)
    for _ in range(2):
        opened = SearchEngine(engine.store)
        assert answers(opened, embedder) == before
        assert problems(opened) == []


@pytest.mark.parametrize("suffix", [".term", ".idx", ".store", ".fieldnorm", ".fast"])
def test_damaged_words_are_rebuilt_from_the_catalog(engine: SearchEngine, embedder: Embedder, suffix: str) -> None:
    before = answers(engine, embedder)
    engine.close()
    for file in (published(engine) / lexical.PASSAGES).glob(f"*{suffix}"):
        _flip(file)
    assert answers(SearchEngine(engine.store), embedder) == before


def test_indexes_that_are_all_gone_are_rebuilt_from_the_catalog(engine: SearchEngine, embedder: Embedder) -> None:
    before = answers(engine, embedder)
    engine.close()
    for path in engine.store.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != CATALOG_FILE:
            path.unlink()
    assert answers(SearchEngine(engine.store), embedder) == before


def test_after_a_crash_the_indexes_catch_up(engine: SearchEngine, embedder: Embedder) -> None:
    engine.delete("bridge.txt")
    put(engine, embedder, "comet.txt", "A meteor shower.", "Nobody saw it.")
    engine.close()  # the process died before `refresh`
    opened = SearchEngine(engine.store)
    assert opened.search_lexical("bridge postman", 5) == []
    assert len(opened.search_lexical("meteor", 5)) == 1
    assert len(opened.search_dense(embedder.embed_query("meteor"), 100)) == 5
    assert problems(opened) == []


def test_an_older_catalog_put_back_rebuilds_the_indexes(engine: SearchEngine, embedder: Embedder) -> None:
    before = answers(engine, embedder)
    engine.close()
    backup = engine.store.parent / "backup.sqlite"
    shutil.copy(engine.store / CATALOG_FILE, backup)
    later = SearchEngine(engine.store)
    later.delete("comet.txt")
    put(later, embedder, "new.txt", "A meteor shower.")
    later.refresh()
    later.close()
    shutil.copy(backup, engine.store / CATALOG_FILE)
    opened = SearchEngine(engine.store)
    assert answers(opened, embedder) == before
    assert problems(opened) == []


@pytest.mark.parametrize("kind", ["Flat", "SQ8", "HNSW16,SQ8"])
def test_every_kind_of_dense_index_follows_the_catalog(
    store: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(dense, "kind_for", lambda passages: kind)
    engine = SearchEngine(store)
    for document_id, texts in TEXTS.items():
        put(engine, embedder, document_id, *texts)
        engine.refresh()
    put(engine, embedder, "frost.txt", "A meteor shower disappointed everybody.")
    engine.delete("bridge.txt")
    engine.refresh()
    for opened in (engine, SearchEngine(store)):
        assert DenseIndex.load(published(opened)).kind == kind
        hits = opened.search_dense(embedder.embed_query("meteor shower"), 100)
        assert len(hits) == 2
        assert opened.passages([hits[0][0]])[hits[0][0]].document_id == "frost.txt"
        assert problems(opened) == []


def test_an_index_that_outgrew_its_kind_is_rebuilt(
    engine: SearchEngine, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "kind_for", lambda passages: "Flat" if passages <= 6 else "SQ8")
    put(engine, embedder, "new.txt", "A meteor shower.")
    engine.refresh()
    assert DenseIndex.load(published(engine)).kind == "SQ8"
    assert problems(engine) == []


def test_while_one_writes_a_second_is_refused(engine: SearchEngine) -> None:
    second = SearchEngine(engine.store)
    with engine.writing():
        with pytest.raises(StoreError, match="another process is writing"):
            second.refresh()
        with pytest.raises(StoreError, match="another process is writing"), second.writing():
            pass
    with second.writing():
        second.refresh()


def test_who_holds_the_right_to_write_may_refresh(engine: SearchEngine, embedder: Embedder) -> None:
    with engine.writing():
        put(engine, embedder, "new.txt", "A meteor shower.")
        engine.refresh()
    assert len(engine.search_lexical("meteor", 5)) == 1


HOLDS_THE_LOCK = """
import sys
from pathlib import Path
from index.engine import SearchEngine
with SearchEngine(Path(sys.argv[1])).writing():
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_another_process_that_writes_keeps_writers_out_until_it_dies(engine: SearchEngine) -> None:
    command = [sys.executable, "-c", HOLDS_THE_LOCK, str(engine.store)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        with pytest.raises(StoreError, match="another process is writing"):
            engine.refresh()
        with pytest.raises(StoreError, match="another process is writing"):
            remove_store(engine.store)
        assert len(engine.search_lexical("comet", 5)) == 1
        other.kill()
    with engine.writing():
        assert problems(engine) == []


def test_an_error_while_writing_gives_the_right_back(engine: SearchEngine) -> None:
    with pytest.raises(KeyError), engine.writing():
        raise KeyError
    with SearchEngine(engine.store).writing():
        assert problems(engine) == []


def test_searches_go_on_while_the_indexes_follow(engine: SearchEngine, embedder: Embedder) -> None:
    question = embedder.embed_query("A postman discovered a comet.")
    wrong: list[object] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            ids = [engine.search_dense(question, 1)[0][0], engine.search_lexical("comet", 1)[0][0]]
            wrong.extend(p for p in engine.passages(ids).values() if p.document_id != "comet.txt")

    searching = threading.Thread(target=look)
    searching.start()
    for number in range(5):
        put(engine, embedder, f"{number}.txt", *(f"Filler {number} {line}." for line in range(50)))
        engine.delete(f"{number - 1}.txt")
        engine.refresh()
    done.set()
    searching.join()
    assert wrong == []


def test_an_index_that_disagrees_with_the_catalog_is_told(engine: SearchEngine, embedder: Embedder) -> None:
    put(engine, embedder, "new.txt", "A meteor shower.")
    assert problems(engine) == ["the indexes are behind the catalog; bring them up to it with `python -m index sync`"]
    engine.refresh()
    assert problems(engine) == []


def test_a_damaged_catalog_is_told(engine: SearchEngine) -> None:
    engine.close()
    catalog = engine.store / CATALOG_FILE
    with closing(sqlite3.connect(catalog)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages'").fetchone()
    with catalog.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(StoreError, match=r"damaged .* build it anew with `python -m index sync --rebuild"):
        opened = SearchEngine(engine.store)
        opened.passages([i for i, _ in opened.search_lexical("comet", 5)])


@pytest.mark.parametrize("make", [lambda path: path.write_text("notes"), lambda path: (path / "x").mkdir(parents=True)])
def test_a_store_that_cannot_be_made_is_refused(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "taken"
    make(path)
    if path.is_dir():
        (path / CATALOG_FILE).mkdir()
    with pytest.raises(StoreError, match="--store"):
        SearchEngine(path)


def test_a_store_with_another_recipe_is_refused(engine: SearchEngine) -> None:
    with pytest.raises(StoreError, match="--rebuild"):
        SearchEngine(engine.store, Recipe(passage_tokens=96))


def test_removing_a_store_leaves_other_files_alone(engine: SearchEngine) -> None:
    engine.close()
    (engine.store / "notes.txt").write_text("mine")
    remove_store(engine.store)
    assert sorted(path.name for path in engine.store.iterdir()) == ["notes.txt", "writer.lock"]


def test_removing_a_store_that_is_not_there_makes_none(store: Path) -> None:
    remove_store(store)
    assert not store.exists()


def test_another_program_s_database_is_never_removed(store: Path) -> None:
    store.mkdir(parents=True)
    with closing(sqlite3.connect(store / CATALOG_FILE)) as db:
        db.execute("CREATE TABLE photos (name TEXT)")
    (store / dense.FILE).write_text("theirs too")
    with pytest.raises(StoreError, match="another program's database"):
        remove_store(store)
    assert (store / dense.FILE).read_text() == "theirs too"
    with closing(sqlite3.connect(store / CATALOG_FILE)) as db:
        assert db.execute("SELECT count(*) FROM photos").fetchone() == (0,)
