"""What a sync costs, on folders too small to tell, and that what is measured is there to be measured."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from corpus.load import load_documents
from eval.ratio import Ratio
from eval.syncing import AnyVectors, _Watched, opening, overhead, unchanged, write_files
from index.embed import SentenceEmbedder


def test_files_are_of_three_formats_and_no_two_say_the_same(tmp_path: Path) -> None:
    write_files(tmp_path / "a", 6)
    assert sorted(path.suffix for path in (tmp_path / "a").iterdir()) == [".html"] * 2 + [".md"] * 2 + [".txt"] * 2
    loaded = load_documents(tmp_path / "a")
    assert loaded.failures == ()
    paragraphs = [line for document in loaded.documents for line in document.text.split("\n\n")]
    assert len(paragraphs) == len(set(paragraphs)) > 60


def test_vectors_that_cost_nothing_are_unit_vectors_and_tokens_are_the_models(
    sentence_embedder: SentenceEmbedder,
) -> None:
    cheap = AnyVectors(sentence_embedder, keep=True)
    assert np.allclose(np.linalg.norm(cheap.embed_passages(["a", "b c"]), axis=1), 1)
    assert cheap.texts == ["a", "b c"]
    assert cheap.count_tokens(["a bridge"]) == sentence_embedder.count_tokens(["a bridge"])
    assert cheap.max_tokens == sentence_embedder.max_tokens


def test_a_folder_is_synced_found_unchanged_and_opened(tmp_path: Path) -> None:
    write_files(tmp_path / "files", 3)
    first = overhead(tmp_path / "files", tmp_path / "store")
    assert first.value > 0
    assert first.limit_value > 0
    assert int(first.name.split()[0]) > 20
    again, opened = (act(tmp_path / "files", tmp_path / "store") for act in (unchanged, opening))
    assert "3 unchanged files" in again.name
    assert first.name.split()[0] in opened.name
    assert max(again.ratio, opened.ratio) < 1


def test_memory_that_a_worker_held_for_a_moment_is_seen() -> None:
    hold = "import time; held = b'1' * 300_000_000; time.sleep(0.5)"
    with _Watched() as watched:
        watched._done.wait(0.3)
        before = watched.peak_mib
        subprocess.run([sys.executable, "-c", hold], check=True)
    assert watched.peak_mib > before + 200 > 200


def test_a_ratio_prints_as_a_line() -> None:
    assert (
        str(Ratio("a sync", 1500.0, "the limit", 1000.0)).split()
        == "a sync 1,500 ms 1.50 × the limit (1,000 ms)".split()
    )
