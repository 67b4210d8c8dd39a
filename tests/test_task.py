"""What is measured: its identity, its sample, its name and its command."""

import json
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Benchmark, Evidence, Question
from eval.options import command_line
from eval.sets.load import load_benchmark
from eval.settings import Settings, settings_from
from eval.task import KINDS, Task, check_measurable

_QUESTIONS = tuple(Question(f"q{number:02}", f"What is {number}?", relevant={"a": 1}) for number in range(40))
_SKY = Benchmark("sky", (Document("a", "", "A comet.", "a"),), _QUESTIONS, {"corpus.jsonl": "ab12"})
_TASK = Task("retrieval", _SKY, Settings())


def _folder(folder: Path, text: str = "A comet passed.") -> Path:
    folder.mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(json.dumps({"_id": "a", "text": text}), encoding="utf-8")
    queries = "".join(json.dumps({"_id": f"q{number}", "text": "Which comet?"}) + "\n" for number in range(3))
    (folder / "queries.jsonl").write_text(queries, encoding="utf-8")
    for name in ("qrels.tsv", "qrels_dev.tsv"):
        (folder / name).write_text("".join(f"q{number}\ta\t1\n" for number in range(3)), encoding="utf-8")
    return folder


def _typed(command: str) -> Task:
    """The task of a command, by the real command line."""
    python, dash, module, *arguments = shlex.split(command)
    assert (python, dash, module) == ("python", "-m", "eval")
    options = command_line().parse_args(arguments)
    benchmark = load_benchmark(options.data, options.split, options.corpus)
    asked = (options.depth, options.budget, options.given, options.sample)
    return Task(options.command, benchmark, settings_from(options.set), *asked)


@pytest.mark.parametrize(
    "other",
    [
        replace(_TASK, kind="answers"),
        replace(_TASK, settings=Settings(passage_tokens=96)),
        replace(_TASK, settings=Settings(read=3)),
        replace(_TASK, settings=Settings(threshold=0.5)),
        replace(_TASK, depth=10),
        replace(_TASK, budget=10),
        replace(_TASK, given=True),
        replace(_TASK, sample=10),
        replace(_TASK, benchmark=replace(_SKY, hashes={"corpus.jsonl": "cd34"})),
        replace(_TASK, benchmark=replace(_SKY, name="sea")),
    ],
    ids=lambda task: task.name(),
)
def test_what_changes_what_comes_out_changes_the_identity_and_the_name(other: Task) -> None:
    assert other.identity() != _TASK.identity()
    assert other.name() != _TASK.name()


def test_where_the_data_lie_and_how_they_are_named_changes_nothing(tmp_path: Path) -> None:
    first = Task(
        "retrieval", load_benchmark(str(_folder(tmp_path / "one" / "sky"))), Settings(), source=("--data", "x")
    )
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    second = Task("retrieval", load_benchmark(str(tmp_path / "two" / "sky")), Settings())
    assert first.identity() == second.identity()
    assert first.name() == second.name()


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_byte_of_the_data_changes_the_identity(tmp_path: Path, name: str) -> None:
    folder = _folder(tmp_path / "sky")
    before = Task("retrieval", load_benchmark(str(folder)), Settings()).identity()
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    assert Task("retrieval", load_benchmark(str(folder)), Settings()).identity() != before


def test_an_identity_reads_back_from_json_as_it_was() -> None:
    assert json.loads(json.dumps(_TASK.identity())) == _TASK.identity()


def test_a_sample_is_drawn_the_same_each_time_and_asked_in_order() -> None:
    drawn = replace(_TASK, sample=10).questions()
    assert drawn == replace(_TASK, sample=10).questions()
    assert len({each.id for each in drawn}) == len(drawn) == 10
    assert list(drawn) == sorted(drawn, key=lambda each: each.id)
    assert drawn != _QUESTIONS[:10]


@pytest.mark.parametrize("sample", [0, 40, 1000])
def test_no_sample_and_one_of_more_than_all_ask_all(sample: int) -> None:
    assert replace(_TASK, sample=sample).questions() == _QUESTIONS


def test_an_identity_counts_the_questions_that_are_asked() -> None:
    assert replace(_TASK, sample=10).identity()["benchmark"]["questions"] == 10


@pytest.mark.parametrize("change", [{"depth": 0}, {"depth": 1001}, {"budget": 0}, {"sample": -1}])
def test_numbers_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="--depth must be between 1 and 1,000"):
        Task("retrieval", _SKY, Settings(), **change)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("sky", "sky-retrieval-"),
        ("beir/scifact:dev", "beir-scifact-dev-retrieval-"),
        ("../../etc/passwd", "etc-passwd-retrieval-"),
        ("--data", "data-retrieval-"),
        ("..", "data-retrieval-"),
        ("", "data-retrieval-"),
        ("a\nb c", "a-b-c-retrieval-"),
        ("彗星", "彗星-retrieval-"),
    ],
)
def test_a_name_is_a_folder_s_name_and_no_option(name: str, plain: str) -> None:
    found = replace(_TASK, benchmark=replace(_SKY, name=name)).name()
    assert found.startswith(plain)
    assert len(found) == len(plain) + 8


def test_a_long_name_still_makes_a_folder(tmp_path: Path) -> None:
    (tmp_path / replace(_TASK, kind="conversations", benchmark=replace(_SKY, name="𝒜" * 300)).name()).mkdir()


@pytest.mark.parametrize(
    "change",
    [
        lambda task: task,
        lambda task: replace(task, settings=settings_from(["fusion=rrf", "dense=0.1", "embedder=my model, too"])),
        lambda task: replace(task, depth=10, sample=2),
        lambda task: replace(task, kind="answers", given=True),
        lambda task: replace(task, kind="splitting", budget=50),
        lambda task: replace(task, kind="conversations"),
        lambda task: replace(task, kind="gold"),
    ],
)
def test_a_command_typed_beside_the_data_measures_the_same(
    change: Callable[[Task], Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(_folder(tmp_path / "a sky").parent)
    task = change(Task("retrieval", load_benchmark("a sky"), Settings()))
    assert _typed(task.command()) == task


def test_a_command_names_the_data_as_they_were_named(tmp_path: Path) -> None:
    folder = str(_folder(tmp_path / "my sky"))
    source = ("--data", folder, "--split", "dev")
    task = Task("retrieval", load_benchmark(folder, "dev"), Settings(), source=source)
    assert task.command() == f"python -m eval retrieval --data '{folder}' --split dev"
    assert replace(_typed(task.command()), source=source) == task


def test_files_are_named_with_their_suffix_and_the_bundled_gold_set_needs_no_name() -> None:
    squad = replace(_SKY, name="dev-v2.0", hashes={"dev-v2.0.json": "ab12"})
    assert Task("answers", squad, Settings()).command() == "python -m eval answers --data dev-v2.0.json"
    gold = replace(_SKY, name="mine", hashes={"mine.jsonl": "ab12"})
    assert Task("gold", gold, Settings()).command() == "python -m eval gold --questions mine.jsonl"
    assert Task("gold", replace(_SKY, name="sample"), Settings()).command() == "python -m eval gold"


def test_what_has_nothing_to_be_measured_by_is_refused() -> None:
    bare = replace(_SKY, questions=(Question("q", "What?"),))
    for kind in KINDS:
        with pytest.raises(DataError, match=r"sky: no question comes with .*; try other data"):
            check_measurable(kind, bare)
    known = Question("q", "What?", history=("Who?",), answers=(("A",),), evidence=(Evidence("a", 0, 1),))
    for kind in KINDS:
        check_measurable(kind, replace(bare, questions=(known,)))
    check_measurable("retrieval", replace(bare, questions=(Question("q", "What?", facts=("A comet",)),)))
    check_measurable("answers", replace(bare, questions=(Question("q", "What?", answerable=False),)))
