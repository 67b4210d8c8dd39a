"""What a visitor may have measured: only what is offered, and nothing that would harm the server."""

import json
from pathlib import Path
from typing import NoReturn

import pytest

from corpus.errors import DataError, UserError
from eval.sets.gold import SAMPLE
from eval.settings import Settings
from web.choices import BUNDLED, Choices, choices
from web.measure import MOST, Wish, measurement, wished_settings


def never(name: str) -> NoReturn:
    raise AssertionError(f"{name} was loaded")


def refusal(offered: Choices, wish: Wish) -> str:
    with pytest.raises(UserError) as refused:
        list(measurement(offered, wish, never))
    return str(refused.value)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two data sets, and things that are none."""
    folder = tmp_path / "data"
    for name in ("comets", "frost", "empty", ".hidden", "two\nlines"):
        (folder / name).mkdir(parents=True)
    for name in ("comets", "frost", ".hidden", "two\nlines"):
        (folder / name / "corpus.jsonl").write_text('{"_id": "a", "title": "", "text": "A comet passed."}\n')
        (folder / name / "queries.jsonl").write_text('{"_id": "1", "text": "Which comet passed?"}\n')
        (folder / name / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n")
    (folder / "notes.txt").write_text("nothing")
    (folder / "squad.json").write_text(json.dumps({"data": []}))
    return folder


def test_the_bundled_set_and_what_lies_directly_below_the_folder_are_offered(data: Path, tmp_path: Path) -> None:
    offered = choices(data, tmp_path / "runs")
    assert offered.data_sets() == [BUNDLED, "comets", "frost", "squad"]
    assert offered.file("frost") == data / "frost"
    assert choices(None, tmp_path).data == {BUNDLED: SAMPLE}


@pytest.mark.parametrize("name", ["/etc", "../data/comets", "", None, 3, ["comets"], "comets/", "irds:beir/scifact"])
def test_no_path_comes_from_the_page(data: Path, name: object) -> None:
    assert "are not offered here" in refusal(choices(data), Wish(name, "retrieval"))


def test_a_folder_without_data_sets_is_refused_at_the_start(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(DataError, match="holds no data set"):
            choices(folder)


def test_a_data_set_must_not_be_taken_for_the_bundled_one(data: Path) -> None:
    (data / "squad.json").rename(data / f"{BUNDLED}.json")
    with pytest.raises(DataError, match="rename it"):
        choices(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("embedder=/etc", "cannot be set from the page"),
        ("passage_tokens=96 embedder=other/model", "cannot be set from the page"),
        ("embedder", "cannot be set from the page"),
        ("depth=1000000000", "from 0 to 1,000 here"),
        ("read=9999", "from 0 to 50 here"),
        ("passage_tokens=many", "passage_tokens"),
        ("colour=blue", "there is no setting"),
    ],
)
def test_a_setting_that_would_harm_the_server_is_refused(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        wished_settings(text)


def test_settings_stand_between_spaces() -> None:
    assert wished_settings(" passage_tokens=96   fusion=rrf ") == Settings(passage_tokens=96, fusion="rrf")
    assert wished_settings("") == wished_settings(None) == Settings()
    assert all(getattr(Settings(), name) <= most for name, most in MOST.items())


@pytest.mark.parametrize("sample", [-1, 1.5, "many", [3]])
def test_a_sample_is_a_number_of_questions(data: Path, sample: object) -> None:
    assert "whole number" in refusal(choices(data), Wish("comets", "retrieval", sample))


@pytest.mark.parametrize("kind", ["", None, "speed", ["gold"]])
def test_only_what_can_be_measured_is(data: Path, kind: object) -> None:
    assert "choose what to measure" in refusal(choices(data), Wish("comets", kind))


def test_a_data_set_that_knows_no_answers_cannot_measure_them_and_says_what_it_can(data: Path) -> None:
    assert refusal(choices(data), Wish("comets", "answers")) == (
        "comets: no question comes with a known answer, or that there is none; try retrieval"
    )


def test_a_data_set_that_cannot_be_read_says_so_without_the_servers_folders(data: Path) -> None:
    (data / "frost" / "corpus.jsonl").write_text("{")
    offered = choices(data)
    with pytest.raises(UserError) as refused:
        list(measurement(offered, Wish("frost", "retrieval"), never))
    assert str(data) in str(refused.value)
    assert str(data) not in offered.plain(refused.value)
    assert "frost/corpus.jsonl" in offered.plain(refused.value)


def test_a_data_set_that_only_runs_know_can_be_looked_at_but_not_measured(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    figures = {
        "kind": "gold", "benchmark": {"name": "gone", "questions": 3}, "main_measure": "right",
        "figures": {"right": 0.5}, "settings": {"passage_tokens": 96, "read": 10},
    }  # fmt: skip
    (tmp_path / "a" / "figures.json").write_text(json.dumps(figures))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "figures.json").write_text("{")
    offered = choices(None, tmp_path)
    assert offered.data_sets() == [BUNDLED, "gone"]
    ((label, name),) = offered.runs_of("gone")
    assert name == "a"
    assert label.startswith("gold · right 0.500 · of 3 · passage_tokens=96 · ")
    assert "are not offered here" in refusal(offered, Wish("gone", "gold"))


@pytest.mark.parametrize("name", ["..", "a/../a", "/etc", None, "b"])
def test_a_run_is_one_of_those_that_are_there(tmp_path: Path, name: object) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "figures.json").write_text("{}")
    with pytest.raises(DataError, match="there is no finished run"):
        choices(None, tmp_path).run(name)
