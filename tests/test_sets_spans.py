"""Texts whose questions point at spans of characters."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document
from corpus.errors import DataError
from eval.benchmark import Evidence, Question
from eval.sets.spans import load_spans, nearest

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
_BRIDGE = "# Bridge\n\nThe bridge reopened. The bridge is long."


def _question(**changes: object) -> str:
    reference = {"start": 10, "end": 30, "text": "The bridge reopened."}
    return json.dumps({"question": "What reopened?", "corpus": "harbour_bridge", "references": [reference]} | changes)


def _reference(**changes: object) -> list[dict[str, object]]:
    return [{"start": 10, "end": 30, "text": "The bridge reopened."} | changes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "harbour_bridge.md").write_text(_BRIDGE, encoding="utf-8")
    (tmp_path / "frost.txt").write_text("Frost came.", encoding="utf-8")
    (tmp_path / "SHA256SUMS").write_text("abc", encoding="utf-8")
    _ask(tmp_path, _question())
    return tmp_path


def _ask(folder: Path, *lines: str) -> None:
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")


def test_texts_are_documents_as_they_are_written_and_references_are_evidence(folder: Path) -> None:
    benchmark = load_spans(folder)
    assert benchmark.name == folder.name
    assert benchmark.documents == (
        Document("frost.txt", "frost", "Frost came.", "frost.txt"),
        Document("harbour_bridge.md", "harbour bridge", _BRIDGE, "harbour_bridge.md"),
    )
    evidence = (Evidence("harbour_bridge.md", 10, 30),)
    assert benchmark.questions == (Question("1", "What reopened?", "harbour_bridge", evidence=evidence),)
    assert set(benchmark.hashes) == {"frost.txt", "harbour_bridge.md", "questions.jsonl"}


def test_a_question_is_known_by_its_id_or_its_line(folder: Path) -> None:
    _ask(folder, _question(), "", _question(id="long-1"), _question(id=None))
    assert [question.id for question in load_spans(folder).questions] == ["1", "long-1", "4"]


@pytest.mark.parametrize(
    ("reference", "start"),
    [
        (_reference(), 10),
        (_reference(start=12, end=32), 10),
        (_reference(text="The bridge", start=11), 10),
        (_reference(text="The bridge", start=29), 31),
        (_reference(text="The bridge", start=-100), 10),
        (_reference(text="The bridge", start=10**12), 31),
    ],
)
def test_a_span_that_is_off_is_taken_from_the_nearest_place_of_its_words(
    folder: Path, reference: list[dict[str, object]], start: int
) -> None:
    _ask(folder, _question(references=reference))
    (question,) = load_spans(folder).questions
    (span,) = question.evidence
    assert span.start == start
    assert _BRIDGE[span.start : span.end] == reference[0]["text"]


def test_offsets_count_a_line_end_of_windows_as_one_character(folder: Path) -> None:
    (folder / "harbour_bridge.md").write_bytes(b"\xef\xbb\xbf" + _BRIDGE.replace("\n", "\r\n").encode())
    _ask(folder, _question(references=_reference(text="Bridge\r\n\r\nThe", start=2)))
    benchmark = load_spans(folder)
    assert benchmark.documents[1].text == _BRIDGE
    assert benchmark.questions[0].evidence == (Evidence("harbour_bridge.md", 2, 13),)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (_question(references=_reference(text="A tunnel.")), "references 0: 'A tunnel.' does not stand in harbour"),
        (_question(references=_reference(text="")), "references 0: '' does not stand"),
        (_question(references=_reference(start="10")), "references 0: 'start' must be a whole number"),
        (_question(references=["words"]), "references 0: must be a JSON object"),
        (_question(references=None), "'references' must be a list"),
        (_question(corpus="tunnel"), "there is no text 'tunnel'"),
        (_question(question=""), "'question' is empty"),
        (_question(id="1"), "the id '1' stands already on line 1"),
    ],
)
def test_a_malformed_question_is_named(folder: Path, line: str, said: str) -> None:
    _ask(folder, _question(), line)
    with pytest.raises(DataError, match=rf"questions\.jsonl, line 2(: |, ){said}"):
        load_spans(folder)


def test_two_texts_that_a_question_could_mean_are_refused(folder: Path) -> None:
    (folder / "frost.md").write_text("Frost.", encoding="utf-8")
    with pytest.raises(DataError, match=r"frost\.txt: another text has the same name before its suffix"):
        load_spans(folder)


def test_a_text_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / "frost.txt").write_bytes(b"\xff")
    with pytest.raises(DataError, match=r"frost\.txt: cannot be read as UTF-8"):
        load_spans(folder)


def test_a_file_without_questions_is_refused(folder: Path) -> None:
    _ask(folder, "")
    with pytest.raises(DataError, match=r"questions\.jsonl: holds no question"):
        load_spans(folder)


@given(st.text("ab", max_size=12), st.text("ab", max_size=3), st.integers(-3, 15))
def test_the_nearest_place_is_where_no_other_is_nearer(text: str, words: str, start: int) -> None:
    places = [at for at in range(len(text)) if words and text.startswith(words, at)]
    found = nearest(text, words, start)
    assert (found in places) if places else found is None
    if found is not None:
        assert abs(found - start) == min(abs(at - start) for at in places)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the open benchmark data is not beside the project")
def test_the_open_benchmark_is_read_whole_with_every_span_where_it_is_said_to_be() -> None:
    benchmark = load_spans(SHARED / "chroma_chunking")
    assert (len(benchmark.documents), len(benchmark.questions)) == (5, 472)
    lines = (SHARED / "chroma_chunking" / "questions.jsonl").read_text(encoding="utf-8").split("\n")
    said = [[(each["start"], each["end"]) for each in json.loads(line)["references"]] for line in lines if line]
    assert [[(each.start, each.end) for each in question.evidence] for question in benchmark.questions] == said
    assert sum(map(len, said)) == 790
