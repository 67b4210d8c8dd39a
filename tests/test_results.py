"""The page of results, on sets as small as can be."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from corpus.errors import DataError
from eval import system
from eval.gate import POSSIBLE
from eval.results import SECTIONS, SYSTEMS, Reference, Section, write_results
from eval.system import Embedders
from eval.task import KINDS

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

_THEIRS = Reference("somebody's BM25", {"nDCG@10": 0.6789}, "a paper")
_RANKING = Section(
    "Sky: comets", "retrieval", "sky", ("nDCG@10", "R@100", "Hits@4"), "a reporting set",
    ("dense, MiniLM", "as shipped"),
    (_THEIRS,),
)  # fmt: skip
_SPANS = Section("Books: spans", "splitting", "books", ("span recall", "span IoU"), "a tuning set")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sets side by side."""
    monkeypatch.setattr(system, "STORES", tmp_path / "stores")
    sky, books = tmp_path / "data" / "sky", tmp_path / "data" / "books"
    for folder in (sky, books):
        folder.mkdir(parents=True)
    texts = {"comet": "A comet flew by.", "frost": "Frost fell.", "bees": "The bees were gone."}
    noise = {f"noise{n}": f"Where was it, {n}?" for n in range(3)}
    rows = [json.dumps({"_id": name, "text": text}) for name, text in (texts | noise).items()]
    (sky / "corpus.jsonl").write_text("\n".join(rows), encoding="utf-8")
    asked = [json.dumps({"_id": name, "text": f"Where was {name}?"}) for name in texts]
    (sky / "queries.jsonl").write_text("\n".join(asked), encoding="utf-8")
    (sky / "qrels.tsv").write_text("".join(f"{name}\t{name}\t1\n" for name in texts), encoding="utf-8")
    (books / "book.txt").write_text("The comet passed in October.\n\nThe frost came in May.\n", encoding="utf-8")
    proof = [{"start": 0, "end": 28, "text": "The comet passed in October."}]
    question = {"question": "When did the comet pass?", "corpus": "book", "references": proof}
    (books / "questions.jsonl").write_text(json.dumps(question), encoding="utf-8")
    return tmp_path / "data"


def _page(data: Path, embedder: "WordEmbedder", *sections: Section) -> str:
    fake = cast(Embedders, lambda name: embedder)
    path = write_results(data, data / "RESULTS.md", data.parent / "runs", sections or (_RANKING, _SPANS), fake)
    assert path == data / "RESULTS.md"
    return path.read_text(encoding="utf-8")


def _cells(page: str, row: str) -> list[str]:
    (line,) = [line for line in page.splitlines() if line.startswith(f"| {row} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_has_every_section_with_its_set_and_its_command(data: Path, embedder: "WordEmbedder") -> None:
    page = _page(data, embedder)
    assert page.startswith("# Results\n")
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## Sky: comets", "## Books: spans"]
    assert "6 documents, 3 questions; a reporting set. `python -m eval retrieval --data sky`" in page
    assert "1 documents, 1 questions; a tuning set. `python -m eval splitting --data books`" in page


def test_a_gold_set_of_our_own_is_measured_by_the_command_that_the_page_names(
    data: Path, embedder: "WordEmbedder"
) -> None:
    own = Section("News", "gold", "eval/data/news.jsonl", ("right",), "a set", corpus="eval/data/news")
    assert "`python -m eval gold --questions eval/data/news.jsonl --corpus eval/data/news`" in _page(
        data, embedder, own
    )


def test_systems_come_before_references_and_those_name_their_source(data: Path, embedder: "WordEmbedder") -> None:
    page = _page(data, embedder)
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("|")]
    assert rows[:5] == ["", "---", "dense, MiniLM", "as shipped", "*somebody's BM25*"]
    assert _cells(page, "*somebody's BM25*") == ["*somebody's BM25*", "0.679", "", "", "a paper"]


def test_figures_are_those_of_the_runs_and_blank_where_there_is_none(data: Path, embedder: "WordEmbedder") -> None:
    page = _page(data, embedder)
    figures = {}
    for path in (data.parent / "runs").glob("sky-*/figures.json"):
        manifest = json.loads(path.read_bytes())
        figures[manifest["settings"]["lexical"] > 0] = manifest["figures"]
    for row, is_shipped in (("as shipped", True), ("dense, MiniLM", False)):
        wanted = [f"{figures[is_shipped][name]:.3f}" for name in ("nDCG@10", "R@100")]
        cells = next(_cells(section, row) for section in page.split("## ") if "Sky" in section)
        assert cells[1:4] == [*wanted, ""]
    assert figures[True] != figures[False]


def test_other_systems_are_held_against_the_shipped_one(data: Path, embedder: "WordEmbedder") -> None:
    page = _page(data, embedder, _RANKING)
    dense, shipped = _cells(page, "dense, MiniLM"), _cells(page, "as shipped")
    assert shipped[-1] == ""
    change, low, high, p = map(float, re.findall(r"[+-]?\d\.\d{3}", dense[-1]))
    assert change == pytest.approx(float(dense[1]) - float(shipped[1]), abs=0.0011)
    assert low <= change <= high <= 0 > change
    assert p == 1  # of three questions; the smallest p that these could give is 0.25, for each of eight measures


def test_what_was_measured_is_not_measured_again(data: Path, embedder: "WordEmbedder") -> None:
    first, embedded = _page(data, embedder), embedder.embedded
    lines = [path.stat().st_mtime_ns for path in sorted((data.parent / "runs").glob("*/answers.jsonl"))]
    assert _page(data, embedder) == first
    assert lines == [path.stat().st_mtime_ns for path in sorted((data.parent / "runs").glob("*/answers.jsonl"))]
    assert embedder.embedded == embedded


def test_a_folder_that_lacks_a_set_is_refused_before_anything_is_measured(
    data: Path, embedder: "WordEmbedder", tmp_path: Path
) -> None:
    lacking = replace(_SPANS, data="films")
    with pytest.raises(DataError, match="data: lacks films, plays; give the folder that holds the open sets"):
        _page(data, embedder, _RANKING, lacking, replace(lacking, data="plays"), lacking)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.heading)
def test_every_section_can_be_measured_and_has_its_references_figures(section: Section) -> None:
    assert section.kind in KINDS
    assert "as shipped" in section.systems
    assert set(section.systems) <= SYSTEMS.keys()
    assert set(section.figures) <= set(POSSIBLE[section.kind])
    for reference in section.references:
        assert reference.source
        assert reference.figures.keys() <= set(section.figures)
