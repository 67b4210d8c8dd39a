"""`python -m eval` as it is typed."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.edge import MISTAKE, exit_status
from eval import system
from eval.__main__ import main
from eval.gate import FAILED
from eval.task import KINDS
from index.place import ROOT, SAMPLE_CORPUS

Typed = Callable[..., "Said"]


class Said:
    """What a command left: its exit status, its output, and what it said on the side."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def mistake(self) -> str:
        """The one line of a mistake that left nothing else."""
        assert (self.status, self.out, self.err.count("\n")) == (MISTAKE, "", 1)
        return self.err.removeprefix("error: ").rstrip("\n")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in BEIR's layout: five documents, four questions, of which one asks for the wrong document."""
    folder = tmp_path_factory.mktemp("data") / "sky"
    folder.mkdir()
    texts = {
        "comet": "A retired postman has discovered a comet with a telescope.",
        "frost": "A late frost has destroyed the apple blossom in the valley.",
        "bridge": "The harbour bridge reopened on Tuesday after a storm.",
        "ferry": "Ferries carried passengers across the harbour.",
        "bees": "Beekeepers fear for their hives.",
    }
    rows = [{"_id": name, "title": "", "text": text} for name, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    asked = {"q1": ("Who discovered a comet?", "comet"), "q2": ("What did the frost destroy?", "frost"),
             "q3": ("When did the bridge reopen?", "bridge"), "q4": ("Who fears for hives?", "ferry")}  # fmt: skip
    queries = [{"_id": name, "text": text} for name, (text, _) in asked.items()]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    (folder / "qrels.tsv").write_text("".join(f"{n}\t{wanted}\t1\n" for n, (_, wanted) in asked.items()))
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: Path) -> Typed:
    """Runs a command as `python -m eval` would, with runs and indexes in folders of their own."""
    monkeypatch.setattr(system, "STORES", runs / "stores")

    def run(*arguments: object, kept: bool = True) -> Said:
        typed = [*map(str, arguments), *(["--runs", str(runs)] if kept else [])]
        status = exit_status(lambda: main(typed))
        return Said(status, *capsys.readouterr())

    return run


@pytest.fixture
def measured(typed: Typed, data: Path) -> str:
    """The name of a finished run."""
    (name,) = re.findall(r"saved in .*/(.*)", typed("retrieval", "--data", data).out)
    return str(name)


def test_a_benchmark_is_measured_and_said_where_it_is_saved(typed: Typed, data: Path, runs: Path) -> None:
    said = typed("retrieval", "--data", data)
    assert (said.status, said.err) == (0, "")
    assert "sky: 5 documents, 4 questions" in said.out
    assert re.search(r"^nDCG@10 +0\.\d{4}   how near the first 10 documents", said.out, re.MULTILINE)
    (folder,) = re.findall(rf"^saved in ({re.escape(str(runs))}/sky-retrieval-\w{{8}})$", said.out, re.MULTILINE)
    assert json.loads((Path(folder) / "figures.json").read_bytes())["command"] == (
        f"python -m eval retrieval --data {data}"
    )
    assert typed("retrieval", "--data", data).out == said.out


def test_figures_come_as_json_and_the_run_as_trec_s_file(typed: Typed, data: Path, tmp_path: Path) -> None:
    said = typed("retrieval", "--data", data, "--json", "--out", tmp_path / "out", "--run", tmp_path / "my.trec")
    assert said.json["questions"] == 4
    assert said.json["Success@5"] == 1.0
    assert (tmp_path / "my.trec").read_bytes() == (tmp_path / "out" / "run.trec").read_bytes()
    assert (tmp_path / "my.trec").read_text().splitlines()[0].startswith("q1 Q0 comet 1 ")


def test_settings_are_set_and_swept_together(typed: Typed, data: Path) -> None:
    arguments = ("--set", "fusion=rrf", "--sweep", "read=3,4", "--sweep", "lexical=0.1,0.2")
    said = typed("retrieval", "--data", data, *arguments)
    assert said.status == 0
    assert [line.split("  ")[0] for line in said.out.splitlines()[1:5]] == [
        f"fusion=rrf lexical={lexical} read={read}" for read in (3, 4) for lexical in (0.1, 0.2)
    ]
    rows = typed("retrieval", "--data", data, *arguments, "--json").json
    assert {(row["settings"]["fusion"], row["settings"]["read"]) for row in rows} == {("rrf", 3), ("rrf", 4)}
    assert [row["verdict"] for row in rows].count("best") == 1
    assert all(row["figures"]["questions"] == 4 and row["run"].startswith("sky-retrieval-") for row in rows)


def test_a_figure_below_its_limit_is_said_and_fails(typed: Typed, data: Path, measured: str) -> None:
    said = typed("retrieval", "--data", data, "--json", "--fail-under", "success@5=1", "--fail-under", "ap=0.999")
    assert said.status == FAILED
    assert re.fullmatch(r"AP is 0\.\d{4}, below 0\.999\n", said.err)
    assert said.json["Success@5"] == 1
    for command in (["worst", measured], ["report", measured], ["compare", measured, measured]):
        assert typed(*command, "--fail-under", "ap=0.999").status == FAILED
        assert typed(*command, "--fail-under", "success@5=1").status == 0


def test_a_limit_is_held_against_the_best_of_a_sweep(typed: Typed, data: Path) -> None:
    sweep = ("retrieval", "--data", data, "--json", "--sweep", "read=3,4")
    assert typed(*sweep, "--fail-under", "success@5=1").status == 0
    assert typed(*sweep, "--fail-under", "ap=0.999").status == FAILED


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fail-under", "ndgc@10=0.7"], "there is no such figure; did you mean nDCG@10?"),
        (["--fail-under", "right=0.7"], "--fail-under right: there is no such figure"),
        (["--fail-under", "ndcg@10"], "give a figure's name and a number"),
        (["--set", "passage_token=96"], "did you mean passage_tokens?"),
        (["--set", "read=3,4"], "read takes one value such as 10; --sweep tries several"),
        (["--set", "overlap_tokens=150"], "an overlap of 150 cannot be made"),
        (["--sweep", "reed=3,4"], "did you mean read?"),
        (["--sweep", "read=3,four"], "read=3,four: read takes values such as 10"),
        (["--sweep", "passage_tokens=96,48"], "passages of 48 tokens with an overlap of 32 cannot be made"),
        (["--sweep", "read=3,4", "--out", "x"], "leave out --out, --run and --store"),
        (["--depth", "0"], "--depth must be between 1 and 1,000"),
        (["--sample", "-1"], "--sample 0 (all) or more"),
        (["--run", "no/such/folder/my.trec"], "cannot be written there"),
        (["--split", "dev"], "has no qrels_dev.tsv"),
    ],
)
def test_a_mistake_in_a_command_is_said_before_anything_is_measured(
    typed: Typed, data: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    mistake = typed("retrieval", "--data", data, "--runs", tmp_path / "none", *arguments, kept=False).mistake
    assert said in mistake
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("corpus.jsonl", '{"_id": "new"', "corpus.jsonl, line 6: is not valid JSON"),
        ("queries.jsonl", '{"_id": "q9"}', "queries.jsonl, line 5: has no 'text'"),
        ("qrels.tsv", "q1\tnothing\t1", "qrels.tsv, line 5: judges the document 'nothing', which is not in"),
    ],
)
def test_bad_data_are_named_with_their_file_and_line(
    typed: Typed, data: Path, tmp_path: Path, name: str, line: str, said: str
) -> None:
    folder = shutil.copytree(data, tmp_path / "sky")
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(line if name == "qrels.tsv" else f"\n{line}")
    assert typed("retrieval", "--data", folder).mistake.startswith(f"{tmp_path}/sky/{said}")


@pytest.mark.parametrize("kind", ["answers", "conversations", "splitting", "retrieval"])
def test_data_that_are_not_there_are_refused(typed: Typed, kind: str) -> None:
    assert (
        "there is no such file or folder; give a folder with corpus.jsonl" in typed(kind, "--data", "nowhere").mistake
    )


def test_data_without_what_is_measured_are_refused(typed: Typed, data: Path) -> None:
    assert typed("splitting", "--data", data).mistake == (
        "sky: no question comes with the words that prove its answer; try retrieval"
    )


def test_another_run_s_folder_is_refused_and_again_replaces_it(typed: Typed, data: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out", "--json")
    assert typed("retrieval", "--data", data, *out).status == 0
    assert "holds another run" in typed("retrieval", "--data", data, "--sample", 2, *out).mistake
    assert typed("retrieval", "--data", data, "--sample", 2, *out, "--again").json["questions"] == 2


def test_a_place_where_no_run_can_be_saved_is_refused(typed: Typed, data: Path) -> None:
    assert "no run can be saved there" in typed("retrieval", "--data", data, "--out", data / "qrels.tsv").mistake


def test_runs_are_listed(typed: Typed, measured: str, tmp_path: Path) -> None:
    assert re.search(rf"^{measured} +nDCG@10 +0\.\d{{4}}  as shipped$", typed("runs").out, re.MULTILINE)
    rows = typed("runs", "--json").json
    assert measured in [row["run"] for row in rows]
    assert rows[0].keys() == {"run", "measure", "figure", "settings"}
    assert "holds no finished run; make one with" in typed("runs", "--runs", tmp_path, kept=False).out
    assert typed("runs", "--runs", tmp_path, "--json", kept=False).json == []


def test_a_damaged_run_is_named_and_the_others_are_listed(typed: Typed, measured: str, runs: Path) -> None:
    (runs / "damaged").mkdir()
    (runs / "damaged" / "figures.json").write_text("{", encoding="utf-8")
    (runs / "damaged" / "scores.json").write_text("{}", encoding="utf-8")
    said = typed("runs")
    shutil.rmtree(runs / "damaged")
    assert said.err.startswith(f"left out: {runs}/damaged: its figures.json or scores.json is damaged")
    assert measured in said.out


def test_the_worst_questions_are_shown_with_why(typed: Typed, measured: str, runs: Path) -> None:
    lines = typed("worst", measured, "-n", 1).out.splitlines()
    assert re.fullmatch(rf"{measured}: \d of 4 questions fell short of 1 by nDCG@10; the worst 1:", lines[0])
    assert "1. Who fears for hives?" in lines
    assert any(line.startswith("   why: The wanted document") for line in lines)
    (row,) = typed("worst", runs / measured, "--json").json
    assert (row["id"], row["question"]) == ("q4", "Who fears for hives?")
    assert row["hits"] and row["wanted"]["documents"][0]["text"]


def test_two_runs_are_compared(typed: Typed, data: Path, measured: str, runs: Path) -> None:
    other = typed("retrieval", "--data", data, "--set", "dense=0", "--set", "document=0").out
    (name,) = re.findall(r"saved in .*/(.*)", other)
    said = typed("compare", measured, name)
    assert said.out.splitlines()[:2] == [f"A  {measured}: as shipped", f"B  {name}: dense=0.0 document=0.0"]
    found = typed("compare", measured, runs / name, "--json").json
    assert found["measures"][0]["measure"] == "nDCG@10"
    assert {each["id"] for each in found["changed"]} <= {"q1", "q2", "q3", "q4"}


def test_a_report_is_written_into_the_run_or_elsewhere(typed: Typed, measured: str, runs: Path, tmp_path: Path) -> None:
    assert typed("report", measured).out == f"{runs / measured / 'report.html'}\n"
    assert typed("report", measured, measured, "--out", tmp_path / "r.html", "--json").json == {
        "report": str(tmp_path / "r.html")
    }
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!")


@pytest.mark.parametrize("command", [["worst"], ["report"], ["compare", "x"]])
def test_a_run_that_there_is_not_is_refused_with_the_nearest(typed: Typed, measured: str, command: list[str]) -> None:
    nearest = typed(*command, "sky-retr").mistake if len(command) == 1 else typed(command[0], "sky-retr", "x").mistake
    assert nearest.startswith("sky-retr: there is no such run; did you mean sky-retrieval-")
    assert "python -m eval runs lists those that there are" in typed(command[0], *["zz"] * len(command)).mistake


def test_a_run_that_is_not_finished_is_refused(typed: Typed, tmp_path: Path) -> None:
    assert "holds no finished run" in typed("worst", tmp_path).mistake


def test_a_gold_file_over_a_folder_is_asked(typed: Typed, tmp_path: Path) -> None:
    gold, sample = tmp_path / "mine.jsonl", ROOT / "eval" / "data" / "sample.jsonl"
    gold.write_text("\n".join(sample.read_text(encoding="utf-8").splitlines()[4:6]), encoding="utf-8")
    said = typed("gold", "--questions", gold, "--corpus", SAMPLE_CORPUS, "--fail-under", "ece=0.9", "--json")
    assert (said.status, said.json["questions"], said.json["exact quotes"]) == (0, 2, 1)
    gated = typed("gold", "--questions", gold, "--corpus", SAMPLE_CORPUS, "--fail-under", "refusal_recall=1", "--json")
    assert "there is no such figure" in gated.err  # all questions have an answer: that is known only afterwards
    assert gated.status == MISTAKE


@pytest.mark.parametrize("arguments", [[], ["retreival"], ["retrieval"], ["worst", "x", "-n", "0"], ["gold", "--what"]])
def test_a_command_that_there_is_not_is_refused_with_its_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == MISTAKE
    assert capsys.readouterr().err.startswith("usage: python -m eval")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], ["worst RUN", "report RUN", "--sweep", "queries.jsonl"]),
        *([[kind], ["--set", "--fail-under"]] for kind in KINDS),
    ],
)
def test_help_names_what_an_evaluator_starts_with(
    arguments: list[str], wanted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as asked:
        main([*arguments, "--help"])
    said = capsys.readouterr().out
    assert asked.value.code == 0
    assert all(each in said for each in wanted)


def test_the_command_as_it_is_typed(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, *"-m eval retrieval --json --fail-under ap=1 --data".split(), str(data)]
    command += ["--runs", str(tmp_path), "--store", str(tmp_path / "store")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == FAILED
    assert json.loads(done.stdout)["Success@5"] == 1
    assert re.fullmatch(r"AP is 0\.\d{4}, below 1\n", done.stderr)
