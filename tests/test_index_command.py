"""`python -m index`: what it prints, how it ends, and that every message about a store names what mends it."""

import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.edge import exit_status
from index.__main__ import main
from index.catalog import Catalog
from index.embed import SentenceEmbedder
from index.engine import CATALOG_FILE, SearchEngine
from index.place import ROOT
from index.recipe import Recipe

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def command(
    store: Path, embedder: "WordEmbedder", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command over the store with the fake model: (exit status, standard output, standard error)."""
    monkeypatch.setattr("index.__main__.SentenceEmbedder", lambda name: embedder)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        given = [str(argument) for argument in arguments]
        status = exit_status(lambda: main(given if "--store" in given else [*given, "--store", str(store)]))
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def synced(command: Command, corpus_folder: Path) -> Path:
    """The folder of three articles, synced."""
    assert command("sync", "--corpus", corpus_folder)[0] == 0
    return corpus_folder


def finds(store: Path, words: str) -> int:
    engine = SearchEngine(store)
    found = len(engine.search_lexical(words, 100))
    engine.close()
    return found


def test_sync_says_what_it_did(command: Command, corpus_folder: Path) -> None:
    status, output, errors = command("sync", "--corpus", corpus_folder)
    assert (status, errors) == (0, "")
    assert re.fullmatch(r"3 added, 0 changed, 0 deleted, 0 unchanged; (\d+) passages, \1 embedded\n", output)


def test_a_second_sync_says_that_nothing_was_embedded(command: Command, synced: Path, embedder: "WordEmbedder") -> None:
    before = embedder.embedded
    status, output, errors = command("sync", "--corpus", synced)
    assert (status, errors) == (0, "")
    assert re.fullmatch(r"unchanged: 3 documents, \d+ passages; nothing was embedded\n", output)
    assert embedder.embedded == before


def test_sync_follows_the_folder(command: Command, synced: Path, store: Path) -> None:
    (synced / "new-comet.txt").unlink()
    (synced / "zeppelin.txt").write_text("A zeppelin crossed the lake.\n")
    assert command("sync", "--corpus", synced)[1].startswith("1 added, 0 changed, 1 deleted, 2 unchanged; ")
    assert (finds(store, "postman"), finds(store, "zeppelin")) == (0, 1)


def test_sync_tells_what_it_left_out(command: Command, corpus_folder: Path) -> None:
    (corpus_folder / "broken.txt").write_bytes(b"\x00")
    (corpus_folder / "photo.jpeg").write_bytes(b"\xff\xd8")
    status, output, errors = command("sync", "--corpus", corpus_folder)
    assert status == 2
    assert output.startswith("3 added")
    assert errors.startswith("skipped: photo.jpeg: ")
    assert errors.splitlines() == [
        errors.splitlines()[0],
        "left out: broken.txt: is a binary file, not text; remove it or convert it to text",
    ]


def test_status_tells_what_a_store_holds(command: Command, synced: Path, store: Path) -> None:
    status, output, errors = command("status")
    told = dict(line.split(maxsplit=1) for line in output.splitlines())
    assert (status, errors) == (0, "")
    assert (told["store"], told["corpus"], told["documents"], told["generation"]) == (str(store), str(synced), "3", "3")
    assert "embedder all-MiniLM-L6-v2, passage_tokens 200, overlap_tokens 32" in told["recipe"]
    assert f"{(store / CATALOG_FILE).stat().st_size:,} bytes  {CATALOG_FILE}" in output
    assert told["files"] == "3 indexed, 0 skipped, 0 failed"


def test_status_lists_the_files_that_are_not_in_the_store_and_why(
    command: Command, corpus_folder: Path, store: Path
) -> None:
    (corpus_folder / "broken.txt").write_bytes(b"\x00")
    (corpus_folder / "photo.jpeg").write_bytes(b"\xff\xd8")
    command("sync", "--corpus", corpus_folder)
    status, output, errors = command("status", "--failed")
    assert (status, errors) == (0, "")
    broken, photo = output.splitlines()
    assert re.fullmatch(r"failed      broken\.txt: is a binary file, .*, next after \d\d:\d\d", broken)
    assert photo.startswith("skipped     photo.jpeg: ")
    assert "files       3 indexed, 1 skipped, 1 failed" in command("status")[1]


def test_verify_finds_a_sound_store_sound(command: Command, synced: Path) -> None:
    status, output, errors = command("verify", "--corpus", synced)
    assert (status, errors) == (0, "")
    assert re.fullmatch(
        r"sound: 3 documents, \d+ passages, both .* catalog\nclean: no vector, word or text .*\n", output
    )


def test_verify_rebuilds_indexes_that_are_damaged(command: Command, synced: Path, store: Path) -> None:
    (indexes,) = store.glob("generation-*")
    (indexes / "dense.faiss").write_bytes(b"damaged")
    shutil.rmtree(indexes / "lexical")
    assert command("verify", "--corpus", synced)[0] == 0
    assert finds(store, "postman") > 0


def test_verify_tells_damage_in_the_catalog_and_what_mends_it(command: Command, synced: Path, store: Path) -> None:
    with closing(sqlite3.connect(store / CATALOG_FILE)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'texts'").fetchone()
    with (store / CATALOG_FILE).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    status, output, errors = command("verify", "--corpus", synced)
    assert (status, output) == (2, "")
    assert errors.splitlines()[0].startswith("problem: ")
    assert "python -m index sync --rebuild" in errors.splitlines()[-1]
    assert command("sync", "--rebuild", "--corpus", synced)[0] == 0
    assert command("verify")[0] == 0


@pytest.mark.parametrize("name", ["status", "verify"])
def test_where_there_is_no_store_none_is_made(command: Command, store: Path, name: str) -> None:
    status, output, errors = command(name)
    assert (status, output) == (2, "")
    assert errors == f"error: {store}: holds no store; make one with `python -m index sync --corpus DIR`\n"
    assert not store.exists()


@pytest.mark.parametrize("name", ["status", "verify"])
def test_a_catalog_that_was_emptied_is_no_store(command: Command, synced: Path, store: Path, name: str) -> None:
    (store / CATALOG_FILE).write_bytes(b"")
    status, output, errors = command(name)
    assert (status, output) == (2, "")
    assert errors == f"error: {store}: holds no store; make one with `python -m index sync --corpus DIR`\n"
    assert (store / CATALOG_FILE).read_bytes() == b""
    assert command("sync", "--corpus", synced)[0] == 0
    assert command("verify")[0] == 0


def test_a_folder_that_cannot_be_used_is_told_in_one_line(command: Command, tmp_path: Path) -> None:
    status, output, errors = command("sync", "--corpus", tmp_path / "nowhere")
    assert (status, output) == (2, "")
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert "--corpus DIR" in errors


def test_another_recipe_is_refused_and_the_command_in_the_message_mends_it(
    command: Command, synced: Path, store: Path
) -> None:
    status, output, errors = command("sync", "--corpus", synced, "--passage-tokens", "40", "--overlap-tokens", "0")
    assert (status, output) == (2, "")
    assert "passage_tokens 200 → 40, overlap_tokens 32 → 0" in errors
    assert SearchEngine(store).catalog.recipe == Recipe()
    (advice,) = re.findall(r"`python -m index (.*)`", errors)
    arguments = shlex.split(advice.replace("DIR", str(synced)))
    assert arguments[-4:] == ["--store", str(store), "--corpus", str(synced)]
    status, output, errors = command(*arguments, "--passage-tokens", "40", "--overlap-tokens", "0")
    assert (status, errors) == (0, "")
    assert output.startswith("3 added")
    assert SearchEngine(store).catalog.recipe == Recipe(passage_tokens=40, overlap_tokens=0)


def test_without_options_a_store_keeps_its_recipe(command: Command, corpus_folder: Path, store: Path) -> None:
    recipe = ("--passage-tokens", "40", "--overlap-tokens", "0")
    assert command("sync", "--corpus", corpus_folder, *recipe)[0] == 0
    assert command("sync", "--corpus", corpus_folder)[1].startswith("unchanged: 3 documents")
    assert command("sync", "--corpus", corpus_folder, *recipe)[1].startswith("unchanged: 3 documents")
    assert SearchEngine(store).catalog.recipe == Recipe(passage_tokens=40, overlap_tokens=0)


def test_a_recipe_that_does_not_fit_is_refused_and_a_better_one_taken(command: Command, corpus_folder: Path) -> None:
    status, _, errors = command("sync", "--corpus", corpus_folder, "--passage-tokens", "400")
    assert status == 2
    assert "use at most 222 for passages" in errors
    assert command("sync", "--corpus", corpus_folder, "--passage-tokens", "222")[0] == 0


@pytest.mark.parametrize(
    "options", [("--passage-tokens", "5"), ("--overlap-tokens", "101"), ("--passage-tokens", "-1"), ("--embedder", "")]
)
def test_a_recipe_that_cannot_be_made_is_refused_before_anything_is_touched(
    command: Command, synced: Path, store: Path, options: tuple[str, str]
) -> None:
    status, _, errors = command("sync", "--rebuild", "--corpus", synced, *options)
    assert status == 2
    assert "choose at least 16 tokens" in errors or "--embedder NAME" in errors
    assert finds(store, "postman") > 0


def test_rebuild_starts_anew(command: Command, synced: Path, store: Path) -> None:
    (store / "notes.txt").write_text("mine")
    assert command("sync", "--rebuild", "--corpus", synced)[1].startswith("3 added")
    assert Catalog(store / CATALOG_FILE).generation == 3
    assert (store / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("data", [b"", b"no database at all", b"SQLite format 3\0" + b"CITE" * 1024])
def test_a_broken_catalog_is_mended_by_rebuild(command: Command, synced: Path, store: Path, data: bytes) -> None:
    for log in store.glob(f"{CATALOG_FILE}-*"):
        log.unlink()
    (store / CATALOG_FILE).write_bytes(data)
    if data:
        status, _, errors = command("sync", "--corpus", synced)
        assert status == 2
        assert "python -m index sync --rebuild" in errors
    assert command("sync", "--rebuild", "--corpus", synced)[0] == 0
    assert finds(store, "postman") > 0


@pytest.mark.parametrize("rebuild", [(), ("--rebuild",)])
def test_another_program_s_database_is_never_touched(
    command: Command, corpus_folder: Path, store: Path, rebuild: tuple[str, ...]
) -> None:
    store.mkdir()
    with closing(sqlite3.connect(store / CATALOG_FILE)) as db:
        db.execute("CREATE TABLE photos (name TEXT)")
    before = (store / CATALOG_FILE).read_bytes()
    status, _, errors = command("sync", *rebuild, "--corpus", corpus_folder)
    assert status == 2
    assert "another program's database; choose another folder with --store DIR" in errors
    assert (store / CATALOG_FILE).read_bytes() == before


def test_rebuild_from_a_folder_that_cannot_be_used_loses_nothing(
    command: Command, synced: Path, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "nowhere", tmp_path / "empty"):
        assert command("sync", "--rebuild", "--corpus", folder)[0] == 2
    assert len(list(synced.iterdir())) == 3
    assert finds(store, "postman") > 0


def test_rebuild_with_a_recipe_that_does_not_fit_loses_nothing(command: Command, synced: Path, store: Path) -> None:
    status, _, errors = command("sync", "--rebuild", "--corpus", synced, "--passage-tokens", "400")
    assert status == 2
    assert "use at most 222 for passages" in errors
    assert finds(store, "postman") > 0


def test_rebuild_with_a_model_that_cannot_be_loaded_loses_nothing(
    command: Command, synced: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.__main__.SentenceEmbedder", SentenceEmbedder)
    status, _, errors = command("sync", "--rebuild", "--corpus", synced, "--embedder", "/no/such/model")
    assert status == 2
    assert "the embedding model '/no/such/model' cannot be loaded" in errors
    assert finds(store, "postman") > 0


@pytest.mark.parametrize("name", ["status", "verify"])
def test_to_look_at_a_store_never_removes_it(command: Command, synced: Path, store: Path, name: str) -> None:
    assert command(name, "--rebuild", "--corpus", synced)[0] == 0
    assert finds(store, "postman") > 0


def test_while_another_process_writes_nothing_is_removed_or_written(
    command: Command, synced: Path, store: Path
) -> None:
    (synced / "new-comet.txt").unlink()
    with SearchEngine(store).writing():
        for options in ((), ("--rebuild",)):
            status, _, errors = command("sync", "--corpus", synced, *options)
            assert status == 2
            assert re.search(r"another process is writing to this store \(process \d+, since .*\); try again", errors)
    assert finds(store, "postman") > 0


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["sync", "--passage-tokens", "many"], ["sync", "--frobnicate"]]
)
def test_a_mistyped_command_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: python -m index" in capsys.readouterr().err


def python_m_index(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "index", *(str(argument) for argument in arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_syncs_with_the_real_model(command: Command, corpus_folder: Path, store: Path) -> None:
    synced = python_m_index("sync", "--corpus", corpus_folder, "--store", store)
    assert (synced.returncode, synced.stderr) == (0, "")
    assert synced.stdout.startswith("3 added, 0 changed, 0 deleted, 0 unchanged; ")
    assert sorted(path.name for path in store.glob("catalog*")) == [CATALOG_FILE]
    assert command("verify")[1].startswith("sound: 3 documents")


def test_a_mistake_ends_the_command_with_one_line_and_status_2(store: Path) -> None:
    mistaken = python_m_index("status", "--store", store)
    assert (mistaken.returncode, mistaken.stdout) == (2, "")
    assert mistaken.stderr == f"error: {store}: holds no store; make one with `python -m index sync --corpus DIR`\n"
