"""A grid of settings, measured one after the other."""

import json
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import pytest

from corpus.document import Document
from corpus.errors import DataError, StoreError
from eval import sweep as swept
from eval import system
from eval.benchmark import Benchmark, Question
from eval.saved import SavedRun, load_run
from eval.settings import Settings, grid
from eval.sweep import Tried, sweep, sweep_lines
from eval.system import Embedders, Step
from eval.task import Task

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

T = TypeVar("T")

_NOISE = [Document(f"noise{n}", "", f"The orchard and the valley, year {n}.", "") for n in range(20)]
_WANTED = [Document(f"wanted{n}", "", f"Comet{n} flew by at night.", "") for n in range(8)]
_QUESTIONS = tuple(
    Question(f"q{n}", f"the orchard and the valley in the year of comet{n}", relevant={f"wanted{n}": 1})
    for n in range(8)
)
_SKY = Benchmark("sky", (*_NOISE, *_WANTED), _QUESTIONS, {"sky": "ab12"})
_BY_MEANING = Settings(lexical=0.0, document=0.0, rerank=0.0)
_BY_WORDS = Settings(dense=0.0, document=0.0, rerank=0.0)


class _Loading:
    """Hands out one fake, and counts how often a model was loaded."""

    def __init__(self, embedder: "WordEmbedder") -> None:
        self.embedder = embedder
        self.loaded = 0

    def __call__(self, name: str) -> "WordEmbedder":
        self.loaded += 1
        return self.embedder


@pytest.fixture
def loading(embedder: "WordEmbedder", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Loading:
    monkeypatch.setattr(system, "STORES", tmp_path / "stores")
    return _Loading(embedder)


def _taken(steps: Generator[Step, None, T]) -> tuple[list[Step], T]:
    taken = []
    while True:
        try:
            taken.append(next(steps))
        except StopIteration as finished:
            return taken, finished.value


def _swept(points: Sequence[Settings], runs: Path, loading: _Loading) -> list[Tried]:
    return _taken(sweep(Task("retrieval", _SKY, Settings()), points, runs, embedders=cast(Embedders, loading)))[1]


def _saved(folder: Path, scores: dict[str, float], **figures: float) -> SavedRun:
    folder.mkdir()
    mean = sum(scores.values()) / len(scores)
    manifest = {"kind": "retrieval", "benchmark": {}, "curves": {}, "main_measure": "nDCG@10",
                "figures": {"questions": len(scores), "nDCG@10": mean} | figures}  # fmt: skip
    (folder / "figures.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "scores.json").write_text(json.dumps({"nDCG@10": scores}), encoding="utf-8")
    return load_run(folder)


def test_every_point_has_a_run_of_its_own_and_one_recipe_one_index(
    loading: _Loading, embedder: "WordEmbedder", tmp_path: Path
) -> None:
    points = grid(Settings(), ["passage_tokens=64,96", "fusion=sum,rrf"])
    tried = _swept(points, tmp_path / "runs", loading)
    assert [each.settings for each in tried] == points
    assert len({each.run.folder for each in tried}) == len(list((tmp_path / "runs").iterdir())) == 4
    assert all(load_run(each.run.folder).manifest["settings"]["fusion"] == each.settings.fusion for each in tried)
    assert len(list((tmp_path / "stores").iterdir())) == 2
    assert embedder.embedded == 2 * len(_SKY.documents)
    assert loading.loaded == 1


def test_steps_say_of_which_point_they_are(loading: _Loading, tmp_path: Path) -> None:
    points = grid(Settings(), ["read=3,4"])
    task = Task("retrieval", _SKY, Settings())
    steps = _taken(sweep(task, points, tmp_path, embedders=cast(Embedders, loading)))[0]
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert stages[0] == "indexing documents (1 of 2, read=3)"
    assert stages[-1] == "measuring (2 of 2, read=4)"
    assert "indexing documents (2 of 2, read=4)" not in stages


def test_a_sweep_that_is_closed_half_way_lets_go_and_goes_on(loading: _Loading, tmp_path: Path) -> None:
    points = grid(Settings(), ["fusion=sum,rrf"])
    task, fakes = Task("retrieval", _SKY, Settings()), cast(Embedders, loading)
    steps = sweep(task, points, tmp_path, embedders=fakes)
    assert any(step.stage.startswith("asking questions (2 of 2") and step.done == 3 for step in steps)
    steps.close()
    left = [step for step in _taken(sweep(task, points, tmp_path, embedders=fakes))[0] if "asking" in step.stage]
    assert left[0] == Step("asking questions (2 of 2, fusion=rrf)", 3, len(_QUESTIONS))


def test_the_best_is_told_and_what_is_surely_worse(loading: _Loading, tmp_path: Path) -> None:
    tried = _swept([_BY_MEANING, _BY_WORDS, replace(_BY_WORDS, read=3)], tmp_path, loading)
    assert [each.run.figures["nDCG@10"] for each in tried] == [0, 1, 1]  # rare words tell, and only BM25 knows them
    assert [each.verdict for each in tried] == ["worse", "best", "not surely worse"]
    assert [each.p for each in tried] == pytest.approx([2 * 2 / 2**8, 1, 1])


def test_p_is_adjusted_for_all_points_and_the_first_of_equals_is_best(tmp_path: Path) -> None:
    good, bad = {f"q{n}": 0.9 for n in range(8)}, {f"q{n}": 0.1 for n in range(8)}
    near = good | {"q0": 0.8}
    runs = [_saved(tmp_path / name, scores) for name, scores in (("a", bad), ("b", good), ("c", good), ("d", near))]
    tried = swept._judged([(Settings(read=number), run) for number, run in enumerate(runs, start=1)])
    assert [each.p for each in tried] == pytest.approx([3 * 2 / 2**8, 1, 1, 1])
    assert [each.verdict for each in tried] == ["worse", "best", "not surely worse", "not surely worse"]


def test_passages_that_the_model_cannot_read_are_refused_before_anything_is_measured(
    loading: _Loading, tmp_path: Path
) -> None:
    steps = sweep(
        Task("retrieval", _SKY, Settings()),
        grid(Settings(), ["passage_tokens=96,300"]),
        tmp_path / "runs",
        embedders=cast(Embedders, loading),
    )
    with pytest.raises(StoreError, match=r"passages of 300 tokens .* use at most 222"):
        next(steps)
    assert not (tmp_path / "runs").exists()


def test_points_that_nothing_tells_apart_are_refused(loading: _Loading, tmp_path: Path) -> None:
    unjudged = Benchmark("sky", _SKY.documents, (Question("q", "Which comet?"),), {"sky": "ab12"})
    steps = sweep(Task("retrieval", unjudged, Settings()), [Settings()], tmp_path, embedders=cast(Embedders, loading))
    with pytest.raises(DataError, match="sky: nothing is known that retrieval could be compared by"):
        _taken(steps)


def test_a_terminal_shows_a_line_a_point_and_blanks_for_figures_it_lacks(tmp_path: Path) -> None:
    full = _saved(tmp_path / "a", {"q": 0.5}, **{"refusal precision": 0.25})
    bare = _saved(tmp_path / "b", {"q": 0.75})
    tried = [Tried(Settings(read=3), full, 0.5, False), Tried(Settings(), bare, 1.0, True)]
    heading, first, second, blank, legend, *folders = sweep_lines(tried)
    assert heading.split("  ")[-2:] == ["refusal precision", " p against the best"]
    assert first.split() == ["read=3", "0.5000", "0.2500", "0.5000", "not", "surely", "worse"]
    assert second.split() == ["read=10", "0.7500", "best"]
    assert heading.index("refusal precision") + len("refusal precision") == first.index("0.2500") + 6
    assert second.index("best") == first.index("0.5000 not")
    assert (blank, legend[:10]) == ("", "by nDCG@10")
    assert folders == [f"read=3: {full.folder}", f"read=10: {bare.folder}"]


def test_nothing_tried_is_nothing_shown() -> None:
    assert swept._judged([]) == []
    assert list(sweep_lines([])) == []
