"""Whole measurements: what they leave, that they can be repeated, and that other people's scorers agree."""

import json
import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import ir_measures
import pytest
import pytrec_eval

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Benchmark, Evidence, Question
from eval.measures.retrieval import DOCUMENT_MEASURES
from eval.perform import perform
from eval.saved import FILES, SavedRun, load_run
from eval.score import PASSAGE_MEASURES
from eval.sets.squad import load_squad
from eval.settings import Settings
from eval.system import Embedders, Step
from eval.task import Task

if TYPE_CHECKING:
    from tests.conftest import WordEmbedder

Measured = Callable[..., tuple[list[Step], SavedRun]]

_SAME = "A comet passed the orchard in October."
_DOCUMENTS = (
    *(Document(f"same {n}%", "", _SAME, "") for n in range(8)),
    Document("frost\u2003%41", "Frost", "A late frost has destroyed the apple blossom.\n\nCider is dear.", ""),
    Document("bridge", "", "The harbour bridge reopened after the storm.\n\nA comet was seen.", ""),
    Document("nothing", "", "", ""),
)
_QUESTIONS = (
    Question("tied 1", "Which comet passed the orchard?", relevant={"same 3%": 2, "same 6%": 1, "bridge": 1}),
    Question("tied 2", "comet orchard October", relevant={"same 7%": 1, "same 0%": 0, "frost\u2003%41": 1}),
    Question("100%", "What has the frost destroyed?", evidence=(Evidence("frost\u2003%41", 0, 46),)),
    Question("unjudged", "What is dear?"),
    Question("missed", "harbour storm", relevant={"nothing": 1}),
)
_SKY = Benchmark("sky", _DOCUMENTS, _QUESTIONS, {"corpus.jsonl": "ab12"})
_SQUAD: dict[str, Any] = {"data": [{"title": "Sky", "paragraphs": [
    {"context": "The comet passed in October 1963. Kalle Tamm, a postman, saw it from the “Orchard” of Tartu.", "qas": [
        {"id": "who", "question": "Who saw the comet?", "answers": [
            {"text": "Kalle Tamm, a postman,", "answer_start": 34}, {"text": "Kalle Tamm", "answer_start": 34}]},
        {"id": "when", "question": "When did the comet pass?", "answers": [
            {"text": "October 1963", "answer_start": 0}]},
        {"id": "where", "question": "From where did Kalle Tamm see the comet?", "answers": [
            {"text": "“Orchard” of", "answer_start": 75}]},  # no words that anyone would answer with
        {"id": "none", "question": "What is the capital of France?", "answers": [], "is_impossible": True},
        {"id": "nearly", "question": "Which comet did Lindqvist see?", "answers": [], "is_impossible": True}]},
    {"context": "A late frost has destroyed the apple blossom in the valley.", "qas": [
        {"id": "what", "question": "What has the frost destroyed?", "answers": [
            {"text": "apple blossom", "answer_start": 31}]}]}]}]}  # fmt: skip


@pytest.fixture(scope="module")
def embedder() -> "WordEmbedder":
    """One fake for all measurements of this module."""
    from tests.conftest import WordEmbedder

    return WordEmbedder()


@pytest.fixture(scope="module")
def measured(embedder: "WordEmbedder") -> Measured:
    """Takes all steps of a task into a folder, with a store beside it."""

    def measure(task: Task, folder: Path, again: bool = False) -> tuple[list[Step], SavedRun]:
        steps = perform(task, folder, folder.with_suffix(".store"), again, cast(Embedders, lambda name: embedder))
        taken = []
        while True:
            try:
                taken.append(next(steps))
            except StopIteration as finished:
                return taken, finished.value

    return measure


@pytest.fixture(scope="module")
def retrieved(measured: Measured, tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    return measured(Task("retrieval", _SKY, Settings()), tmp_path_factory.mktemp("retrieved") / "run")[1]


@pytest.fixture(scope="module")
def squad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("squad") / "sky.json"
    path.write_text(json.dumps(_SQUAD), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def answered(measured: Measured, squad: Path, tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    task = Task("answers", load_squad(squad), Settings(threshold=0.3))
    return measured(task, tmp_path_factory.mktemp("answered") / "run")[1]


def _bytes(folder: Path) -> dict[str, bytes]:
    """All that does not tell the time."""
    return {name: (folder / name).read_bytes() for name in FILES if "timings" not in name and (folder / name).is_file()}


def test_every_step_is_told_and_the_run_can_be_loaded(measured: Measured, tmp_path: Path) -> None:
    steps, run = measured(Task("retrieval", _SKY, Settings()), tmp_path / "run")
    assert steps == [
        *(Step("indexing documents", done, 11) for done in range(1, 12)),
        *(Step("asking questions", done, 5) for done in range(6)),
        Step("measuring", 5, 5),
    ]
    assert run == load_run(tmp_path / "run")
    assert [record["id"] for record in run.records()] == [question.id for question in _QUESTIONS]
    assert len(run.timings()["search"]) == 5


def test_the_same_again_gives_the_same_bytes(retrieved: SavedRun, measured: Measured, tmp_path: Path) -> None:
    again = measured(Task("retrieval", _SKY, Settings()), tmp_path / "run")[1]
    assert _bytes(again.folder) == _bytes(retrieved.folder)
    assert len(_bytes(again.folder)) == 8  # all but the two files of short answers, and that of times


def test_the_same_answers_again_give_the_same_bytes(
    answered: SavedRun, measured: Measured, squad: Path, tmp_path: Path
) -> None:
    again = measured(Task("answers", load_squad(squad), Settings(threshold=0.3)), tmp_path / "run")[1]
    assert _bytes(again.folder) == _bytes(answered.folder)
    assert len(_bytes(again.folder)) == 10


def test_a_finished_run_is_not_asked_again_unless_wished(
    measured: Measured, embedder: "WordEmbedder", tmp_path: Path
) -> None:
    task = Task("retrieval", _SKY, Settings())
    first = _bytes(measured(task, tmp_path / "run")[1].folder)
    embedded = embedder.embedded
    assert measured(task, tmp_path / "run")[0] == [Step("measuring", 5, 5)]
    assert _bytes(tmp_path / "run") == first
    asked = [Step("asking questions", done, 5) for done in range(6)]
    assert measured(task, tmp_path / "run", again=True)[0] == [*asked, Step("measuring", 5, 5)]
    assert _bytes(tmp_path / "run") == first
    assert embedder.embedded == embedded


def _closed_at(step: Step, task: Task, folder: Path, embedder: "WordEmbedder") -> None:
    """Measure as far as a step, with a look at whether anybody else could."""
    fake = cast(Embedders, lambda name: embedder)
    with closing(perform(task, folder, folder.with_suffix(".store"), embedders=fake)) as steps:
        assert step in steps
        with pytest.raises(DataError, match="another process is measuring into it"):
            next(perform(task, folder, folder.with_suffix(".store"), embedders=fake))
    assert not (folder / "figures.json").exists()


def test_a_run_that_is_closed_half_way_is_let_go_of_and_goes_on(
    retrieved: SavedRun, measured: Measured, embedder: "WordEmbedder", tmp_path: Path
) -> None:
    task, folder = Task("retrieval", _SKY, Settings()), tmp_path / "run"
    measured(task, folder)
    (folder / "answers.jsonl").unlink()  # the index stays
    _closed_at(Step("asking questions", 3, 5), task, folder, embedder)
    assert measured(task, folder)[0][0] == Step("asking questions", 3, 5)
    assert _bytes(folder) == _bytes(retrieved.folder)


def test_an_index_that_is_closed_half_way_goes_on_and_finds_the_same(
    retrieved: SavedRun, measured: Measured, embedder: "WordEmbedder", tmp_path: Path
) -> None:
    task, folder = Task("retrieval", _SKY, Settings()), tmp_path / "run"
    _closed_at(Step("indexing documents", 2, 11), task, folder, embedder)
    assert measured(task, folder)[0][0] == Step("indexing documents", 1, 9)
    for name in ("run.trec", "run.passages.trec", "scores.json", "figures.json"):
        assert (folder / name).read_bytes() == (retrieved.folder / name).read_bytes()


def test_another_task_in_the_same_folder_is_refused(measured: Measured, retrieved: SavedRun) -> None:
    before = _bytes(retrieved.folder)
    with pytest.raises(DataError, match="holds another run"):
        measured(Task("retrieval", _SKY, Settings(fusion="rrf")), retrieved.folder)
    assert _bytes(retrieved.folder) == before


def test_the_manifest_says_what_was_run_and_how_to_repeat_it(retrieved: SavedRun) -> None:
    task = Task("retrieval", _SKY, Settings())
    assert task.identity().items() <= dict(retrieved.manifest).items()
    assert retrieved.manifest["command"] == task.command()
    assert list(retrieved.figures)[:2] == ["questions", "nDCG@10"]


def _official(folder: Path, measures: Sequence[str], files: str = "") -> dict[str, float]:
    """By ir_measures, from the files alone; over all judged questions."""
    qrels = list(ir_measures.read_trec_qrels(str(folder / f"qrels{files}.trec")))
    run = list(ir_measures.read_trec_run(str(folder / f"run{files}.trec")))
    found = ir_measures.calc_aggregate([ir_measures.parse_measure(name) for name in measures], qrels, run)
    return {str(measure): value for measure, value in found.items()}


def test_the_scores_of_the_test_tie(retrieved: SavedRun) -> None:
    scores = [[hit["score"] for hit in record["hits"]] for record in retrieved.records()]
    assert max(Counter(scores[0]).values()) == 8


@pytest.mark.parametrize("settings", [Settings(), Settings(fusion="rrf"), Settings(dense=55, lexical=15, document=30)])
def test_ir_measures_finds_the_same_figures_in_the_files(
    measured: Measured, settings: Settings, tmp_path: Path
) -> None:
    run = measured(Task("retrieval", _SKY, settings), tmp_path / "run")[1]
    official = _official(run.folder, DOCUMENT_MEASURES)
    assert {name: run.figures[name] for name in DOCUMENT_MEASURES} == pytest.approx(official, abs=5e-5)
    of_passages = _official(run.folder, PASSAGE_MEASURES, ".passages")
    assert {name: run.figures[f"passage {name}"] for name in PASSAGE_MEASURES} == pytest.approx(of_passages, abs=5e-5)
    assert 0 < run.figures["AP"] < 1


def test_trec_eval_finds_the_same_scores_in_the_files(retrieved: SavedRun) -> None:
    names = {
        "nDCG@10": "ndcg_cut_10", "AP": "map", "RR@10": "recip_rank", "Success@1": "success_1",
        "Success@5": "success_5", "R@5": "recall_5", "R@20": "recall_20", "R@100": "recall_100",
    }  # fmt: skip
    with (retrieved.folder / "qrels.trec").open() as qrels, (retrieved.folder / "run.trec").open() as run:
        parsed = pytrec_eval.parse_qrel(qrels), pytrec_eval.parse_run(run)
    evaluator = pytrec_eval.RelevanceEvaluator(parsed[0], {"ndcg_cut", "map", "recip_rank", "success", "recall"})
    official = evaluator.evaluate(parsed[1])
    assert parsed[0].keys() == {"tied%201", "tied%202", "100%25", "missed"}
    assert tuple(names) == DOCUMENT_MEASURES
    for name, theirs in names.items():
        ours = retrieved.scores[name]
        assert {unquote(question): values[theirs] for question, values in official.items()} == pytest.approx(ours)


def test_names_in_trec_files_hold_no_white_space_and_can_be_read_back(retrieved: SavedRun) -> None:
    lines = [line.split(" ") for line in (retrieved.folder / "run.trec").read_text(encoding="utf-8").splitlines()]
    assert {len(line) for line in lines} == {6}
    assert {unquote(line[0]) for line in lines} == {question.id for question in _QUESTIONS}
    assert {unquote(line[2]) for line in lines} <= {document.id for document in _DOCUMENTS}
    assert ["frost%E2%80%83%2541" in line for line in lines].count(True) > 0
    judged = [line.split() for line in (retrieved.folder / "qrels.trec").read_text(encoding="utf-8").splitlines()]
    assert ["tied%202", "0", "same%200%25", "0"] in judged


def test_ranks_count_from_one_while_scores_fall(retrieved: SavedRun) -> None:
    lines = [line.split() for line in (retrieved.folder / "run.trec").read_text(encoding="utf-8").splitlines()]
    for question in {line[0] for line in lines}:
        ranked = [(int(rank), float(score)) for name, _, _, rank, score, _ in lines if name == question]
        assert [rank for rank, _ in ranked] == list(range(1, len(ranked) + 1))
        assert all(higher > lower for (_, higher), (_, lower) in pairwise(ranked))


def test_passages_have_files_only_where_evidence_is_known(
    retrieved: SavedRun, measured: Measured, tmp_path: Path
) -> None:
    judged = (retrieved.folder / "qrels.passages.trec").read_text(encoding="utf-8")
    assert re.fullmatch(r"100%25 0 frost%E2%80%83%2541:0-\d+ 1\n", judged)
    without = replace(_SKY, questions=_QUESTIONS[:2])
    run = measured(Task("retrieval", without, Settings()), tmp_path / "run")[1]
    assert not list(run.folder.glob("*passages*"))


def test_short_answers_have_files_only_where_squad_s_measures_apply(retrieved: SavedRun, answered: SavedRun) -> None:
    assert not (retrieved.folder / "predictions.json").exists()
    predictions = json.loads((answered.folder / "predictions.json").read_bytes())
    doubts = json.loads((answered.folder / "na_probs.json").read_bytes())
    assert list(predictions) == list(doubts) == ["who", "when", "where", "none", "nearly", "what"]
    for record in answered.records():
        assert predictions[record["id"]] == (record["short_answer"] or "")
        assert doubts[record["id"]] == pytest.approx(1 - record["confidence"])


def test_squad_s_own_scorer_finds_the_same_figures_in_the_predictions(answered: SavedRun) -> None:
    predictions = json.loads((answered.folder / "predictions.json").read_bytes())
    asked = [qa for article in _SQUAD["data"] for paragraph in article["paragraphs"] for qa in paragraph["qas"]]
    exact, f1 = _raw_scores(asked, predictions)
    assert answered.scores["exact match"] == exact
    assert answered.scores["F1"] == pytest.approx(f1)
    assert answered.figures["exact match"] == pytest.approx(sum(exact.values()) / len(exact), abs=5e-5)
    assert answered.figures["F1"] == pytest.approx(sum(f1.values()) / len(f1), abs=5e-5)
    assert 0 < answered.figures["exact match"] <= answered.figures["F1"] < 1
    assert answered.figures["answered"] < 1


def _raw_scores(asked: Sequence[Any], predictions: Mapping[str, str]) -> tuple[dict[str, float], dict[str, float]]:
    """`get_raw_scores` of SQuAD's evaluate-v2.0.py, written down anew."""
    exact, f1 = {}, {}
    for qa in asked:
        golds = [answer["text"] for answer in qa["answers"] if _normalized(answer["text"])] or [""]
        predicted = predictions[qa["id"]]
        exact[qa["id"]] = max(float(_normalized(gold) == _normalized(predicted)) for gold in golds)
        f1[qa["id"]] = max(_f1(gold, predicted) for gold in golds)
    return exact, f1


def _normalized(text: str) -> str:
    lowered = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", lowered).split())


def _f1(gold: str, predicted: str) -> float:
    wanted, found = _normalized(gold).split(), _normalized(predicted).split()
    if not wanted or not found:
        return float(wanted == found)
    same = sum((Counter(wanted) & Counter(found)).values())
    if not same:
        return 0.0
    precision, recall = same / len(found), same / len(wanted)
    return 2 * precision * recall / (precision + recall)
