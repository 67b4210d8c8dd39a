"""Whatever an evaluator points at is read by its layout, and rubbish is refused."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import CorpusError, DataError
from eval.benchmark import Benchmark
from eval.sets.gold import SAMPLE
from eval.sets.load import load_benchmark

_TEXT = "The bridge reopened."
_CORPUS = json.dumps({"_id": "d1", "title": "Bridge", "text": _TEXT})
_QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\n"
_SQUAD = json.dumps(
    {
        "data": [
            {
                "title": "Bridge",
                "paragraphs": [
                    {
                        "context": _TEXT,
                        "qas": [{"id": "q1", "question": "What?", "answers": [{"text": "bridge", "answer_start": 4}]}],
                    }
                ],
            }
        ]
    }
)
_LAYOUTS = {
    "beir": {"corpus.jsonl": _CORPUS, "queries.jsonl": '{"_id": "q1", "text": "What?"}', "qrels/test.tsv": _QRELS},
    "conversations": {
        "corpus.jsonl": _CORPUS,
        "conversations.jsonl": '{"_id": "q1", "turns": [{"speaker": "user", "text": "What?"}]}',
        "qrels_dev.tsv": _QRELS,
        "rewrites.jsonl": '{"_id": "q1", "rewrite": "What reopened?"}',
    },
    "multihop": {
        "corpus.json": json.dumps([{"title": "Bridge", "url": "u", "body": _TEXT}]),
        "MultiHopRAG.json": json.dumps(
            [{"query": "What?", "answer": "x", "question_type": "y", "evidence_list": [{"fact": "bridge", "url": "u"}]}]
        ),
    },
    "spans": {
        "bridge.md": _TEXT,
        "questions.jsonl": json.dumps(
            {"question": "What?", "corpus": "bridge", "references": [{"start": 4, "end": 10, "text": "bridge"}]}
        ),
    },
    "squad": {"dev.json": _SQUAD, "SHA256SUMS": "abc"},
    "gold": {
        "gold.jsonl": json.dumps(
            {
                "id": "q1",
                "question": "What?",
                "answers": [["bridge"]],
                "evidence": [{"document_id": "bridge.txt", "quote": "bridge"}],
            }
        ),
        "documents/bridge.txt": _TEXT,
    },
}
_FILES = [(layout, name) for layout, files in _LAYOUTS.items() for name in files if name != "SHA256SUMS"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=8,
)


def _folder(parent: Path, layout: str) -> Path:
    folder = parent / layout
    for name, content in _LAYOUTS[layout].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def _load(folder: Path) -> Benchmark:
    if folder.name == "gold":
        return load_benchmark(str(folder / "gold.jsonl"), corpus=folder / "documents")
    return load_benchmark(str(folder))


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_every_layout_is_known_by_the_files_that_are_there(tmp_path: Path, layout: str) -> None:
    benchmark = _load(_folder(tmp_path, layout))
    assert benchmark.name == layout
    assert [document.text for document in benchmark.documents] == [_TEXT]
    assert [question.text for question in benchmark.questions] == ["What?"]
    assert [len(question.judged) for question in benchmark.questions] == [1]
    assert set(benchmark.hashes) == {Path(name).name if layout == "gold" else name for name in _LAYOUTS[layout]} - {
        "SHA256SUMS"
    }


def test_a_squad_file_is_named_by_itself_and_by_its_folder(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "squad")
    assert load_benchmark(str(folder / "dev.json")).name == "dev"
    assert load_benchmark(f"{folder}/").name == "squad"


def test_the_folder_one_is_in_has_a_name_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(_folder(tmp_path, "beir"))
    assert load_benchmark(".").name == "beir"


def test_a_gold_file_is_over_the_sample_corpus_unless_another_is_given() -> None:
    benchmark = load_benchmark(str(SAMPLE))
    assert (benchmark.name, len(benchmark.documents)) == ("sample", 2)


def test_a_split_is_part_of_the_name(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "beir")
    (folder / "qrels_train.tsv").write_text(_QRELS, encoding="utf-8")
    assert load_benchmark(str(folder), "train").name == "beir:train"


@pytest.mark.parametrize("layout", ["multihop", "spans", "squad"])
def test_a_split_is_refused_where_a_layout_has_none(tmp_path: Path, layout: str) -> None:
    with pytest.raises(DataError, match=f"{layout}: has no splits in this layout; leave out --split train"):
        load_benchmark(str(_folder(tmp_path, layout)), "train")


def test_a_split_is_refused_for_files_and_names() -> None:
    for data in (str(SAMPLE), "irds:beir/scifact"):
        with pytest.raises(DataError, match="has no splits in this layout"):
            load_benchmark(data, "train")


@pytest.mark.parametrize("data", ["absent", "absent.jsonl", "a\0b", "x" * 5_000, "\udcff", "irds:\udcff"])
def test_what_is_not_there_is_refused_in_one_line(tmp_path: Path, data: str) -> None:
    with pytest.raises(DataError) as caught:
        load_benchmark(data if data.startswith("irds:") else f"{tmp_path}/{data}")
    message = str(caught.value)
    assert message.encode().decode() == message
    assert "\n" not in message
    assert len(message) < 1_000


def test_what_is_laid_out_in_no_known_way_is_refused_with_the_layouts_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    for data in (tmp_path, tmp_path / "notes.txt", tmp_path / "absent"):
        with pytest.raises(DataError, match=r"BEIR.*MTRAG.*MultiHop-RAG.*spans.*SQuAD.*gold.*ir_datasets"):
            load_benchmark(str(data))


def test_queries_without_documents_are_refused_by_the_name_of_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "Who?"}', encoding="utf-8")
    with pytest.raises(DataError, match=r"has no corpus\.jsonl beside its queries and qrels"):
        load_benchmark(str(tmp_path))


def test_of_several_squad_files_none_is_guessed(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "squad")
    (folder / "train.json").write_text(_SQUAD, encoding="utf-8")
    with pytest.raises(DataError, match="is laid out in no way that is understood"):
        load_benchmark(str(folder))


def test_a_folder_whose_only_json_is_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    with pytest.raises(DataError, match=r"package\.json: has no list `data`; give a file in SQuAD's format"):
        load_benchmark(str(tmp_path))


@pytest.mark.parametrize(("layout", "name"), _FILES)
@settings(max_examples=25)
@given(content=st.binary(max_size=60), kept=st.integers(0, 80))
def test_rubbish_bytes_give_a_benchmark_or_a_user_error(layout: str, name: str, content: bytes, kept: int) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = _folder(Path(parent), layout)
        (folder / name).write_bytes((folder / name).read_bytes()[:kept] + content)
        _benchmark_or_refusal(folder)


@pytest.mark.parametrize(("layout", "name"), [each for each in _FILES if ".json" in each[1]])
@settings(max_examples=40)
@given(data=st.data())
def test_any_value_in_any_place_gives_a_benchmark_or_a_user_error(layout: str, name: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = _folder(Path(parent), layout)
        content = json.loads((folder / name).read_text(encoding="utf-8"))
        place = content
        while isinstance(place, dict | list) and place:
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
                place[key] = data.draw(_JSON)
                break
            place = place[key]
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
        _benchmark_or_refusal(folder)


def _benchmark_or_refusal(folder: Path) -> None:
    """What was read can be written; what was refused is said in words that can be printed."""
    try:
        benchmark = _load(folder)
    except (DataError, CorpusError) as error:
        assert str(error).encode()
    else:
        assert benchmark.documents
        assert benchmark.questions
        ids = {document.id for document in benchmark.documents}
        for question in benchmark.questions:
            assert ids.issuperset(question.judged)
        assert all(f"{each.id}{each.title}{each.text}".encode() for each in benchmark.documents)
        assert all(f"{each.id}{each.text}{each.kind}{each.answers}".encode() for each in benchmark.questions)
