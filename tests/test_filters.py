"""Filters from every surface: in a question, in a call, in a batch, on the page; and metadata beside each citation."""

import json
from pathlib import Path

import pytest

from corpus.errors import QuestionError
from index.where import parse_where
from rag.assistant import Assistant
from rag.batch import answers, read_batch
from rag.build import build_assistant
from rag.followup import Turn
from rag.refuse import REFUSAL
from web.page import Conversation, answered

_FILES = {
    "north/comet.md": "---\nauthor: Ada Byron\ndate: 2021-03-04\nsource: Tartu Herald\ngenre: science\n---\n"
    "# A comet over Tartu\n\nThe comet was discovered by Kalle Tamm, a retired postman.\n",
    "south/comet.md": "---\nauthor: Max <b>Frei</b>\ndate: 2023-05-06\nsource: Zurich Post\n---\n"
    "# A comet over Zurich\n\nThe comet was discovered by Petra Lindqvist, a young baker.\n",
    "bridge.txt": "The harbour bridge was opened by Mayor Ines Almeida on Tuesday.\n",
}
_QUESTION = "Who discovered the comet?"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The real assistant over two articles that say different things, and a note without metadata."""
    folder = tmp_path_factory.mktemp("filters")
    for name, text in _FILES.items():
        (folder / "corpus" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    return build_assistant(folder / "corpus", folder / "store")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("source:tartu", "Tamm"),
        ("source:zurich", "Lindqvist"),
        ("before:2022", "Tamm"),
        ("after:2022-11-01", "Lindqvist"),
        ("folder:north", "Tamm"),
        ('author:"max <b>frei</b>"', "Lindqvist"),
        ("genre:science", "Tamm"),
    ],
)
def test_a_filter_chooses_the_documents_that_answer_and_is_no_part_of_the_question(
    assistant: Assistant, words: str, name: str
) -> None:
    typed = f"{_QUESTION} {words}"
    written, given = assistant.ask(typed), assistant.ask(_QUESTION, where=parse_where(words))
    assert written.short_answer is not None
    assert name in written.short_answer
    assert (written.question, written.standalone_question) == (typed, _QUESTION)
    assert (written.text, written.hits, written.where) == (given.text, given.hits, parse_where(words))
    assert [hit.passage for hit in assistant.retrieve(typed)] == [hit.passage for hit in written.hits]
    assert len(written.citations) == 1
    assert len(assistant.ask(_QUESTION).citations) == 2


def test_limits_of_a_call_cannot_be_widened_by_words_in_the_question(assistant: Assistant) -> None:
    answer = assistant.ask(f"{_QUESTION} folder:south", where=parse_where("folder:north"))
    assert answer.hits == ()
    assert assistant.retrieve(f"{_QUESTION} folder:south", where=parse_where("folder:north")) == []


def test_a_filter_that_no_document_meets_is_named_with_what_can_be_filtered_by(assistant: Assistant) -> None:
    answer = assistant.ask(f"{_QUESTION} source:nytimes after:2022")
    assert answer.abstained
    assert answer.text.startswith(f"{REFUSAL} No document meets source:nytimes after:2022-01-01.")
    assert answer.text.endswith("another of folder, source, title, author, after, before, date, genre.")


def test_a_refusal_says_which_documents_were_searched(assistant: Assistant) -> None:
    answer = assistant.ask("Who opened the harbour bridge? folder:north")
    assert answer.abstained
    assert answer.text.endswith("Only documents with folder:north were searched.")


def test_a_key_that_no_document_has_stays_a_word_of_the_question(assistant: Assistant) -> None:
    answer = assistant.ask("What does mailto:kalle mean?")
    assert answer.standalone_question == answer.question
    assert not answer.where


@pytest.mark.parametrize("typed", ["source:tartu", "Who left after:lunch?"])
def test_filters_without_a_question_or_a_date_are_told(assistant: Assistant, typed: str) -> None:
    with pytest.raises(QuestionError, match=r"type one|write it as"):
        assistant.ask(typed)


def test_a_filter_does_not_bind_the_questions_after_it(assistant: Assistant) -> None:
    history = [Turn(f"{_QUESTION} source:tartu")]
    answer = assistant.ask("Who opened the harbour bridge?", history)
    assert answer.short_answer is not None
    assert "Almeida" in answer.short_answer
    assert not answer.where


@pytest.mark.parametrize(("words", "name"), [("source:tartu", "Kalle Tamm"), ("after:2022", "Petra Lindqvist")])
def test_what_a_follow_up_leans_on_was_answered_under_its_own_filter(
    assistant: Assistant, words: str, name: str
) -> None:
    answer = assistant.ask("What did she or he do?", [Turn(f"{_QUESTION} {words}")])
    assert name in answer.standalone_question
    assert words not in answer.standalone_question


def test_limits_of_a_call_hold_for_its_history_too(assistant: Assistant) -> None:
    limits = parse_where("folder:south")
    answer = assistant.ask("What did he do?", [Turn(_QUESTION)], where=limits)
    assert "Lindqvist" in answer.standalone_question
    assert "Tamm" not in json.dumps(answer.to_json())


def test_an_earlier_question_that_could_not_be_asked_is_passed_over(assistant: Assistant) -> None:
    assert assistant.ask("What did he do?", [Turn("Who left after:lunch?")]).text


def test_a_batch_can_limit_each_question_and_all_of_them(assistant: Assistant, tmp_path: Path) -> None:
    lines = [
        {"id": 1, "question": _QUESTION, "where": "source:tartu"},
        {"id": 2, "question": f"{_QUESTION} source:zurich"},
        {"id": 3, "question": _QUESTION},
    ]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    said = [str(each["answer"]) for each in answers(assistant, read_batch(batch), 5, where=parse_where("before:2022"))]
    assert ["Tamm" in text for text in said] == [True, False, True]
    assert "No document meets before:2022-01-01 source:zurich" in said[1]


def test_a_citation_tells_what_is_known_of_its_document(assistant: Assistant) -> None:
    (citation,) = assistant.ask(f"{_QUESTION} source:tartu").citations
    assert citation.to_json()["metadata"] == {"author": "Ada Byron", "date": "2021-03-04", "genre": "science"}


def test_the_page_shows_the_filter_it_understood_and_what_is_known_of_the_source(assistant: Assistant) -> None:
    conversation = answered(assistant, f"{_QUESTION} source:zurich", Conversation())
    messages, pane = conversation.shown()
    assert "Only documents with source\\:zurich" in messages[1]["content"]
    assert "by Max &lt;b&gt;Frei&lt;/b&gt; · 2023-05-06" in pane
    assert str(conversation.turns[0].where) == "source:zurich"
