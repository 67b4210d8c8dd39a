"""The assistant over the sample corpus: the real models, end to end."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from corpus.errors import QuestionError
from index.lexical import stems
from rag.answer import Answer
from rag.assistant import MAX_QUESTION_CHARACTERS, Assistant
from rag.followup import Turn
from rag.retrieve import Hit


def assert_quotes_stand(assistant: Assistant, answer: Answer) -> None:
    for citation in answer.citations:
        document = assistant.document(citation.passage.document_id)
        assert document is not None
        assert document.text[citation.quote_start : citation.quote_end] == citation.quote
        assert citation.quote in answer.text


def test_who_denied_the_deal_finds_every_denial_in_its_own_words(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Who denied the deal?")
    for words in ("Derrick Johnson", "Gay and Lesbian Alliance Against Defamation", "Free Press", "no such deal"):
        assert words in answer.text
    assert_quotes_stand(sample_assistant, answer)


def test_a_short_answer_is_the_words_that_answer(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("How much did Elon Musk pay for Twitter?")
    assert answer.short_answer == "$44 billion"
    assert answer.short_answer in answer.text


@pytest.mark.parametrize("question", ["What is the capital of France?", "How much did Musk pay for SpaceX?"])
def test_what_the_documents_do_not_say_is_refused_with_the_closest_passages(
    sample_assistant: Assistant, question: str
) -> None:
    answer = sample_assistant.ask(question)
    assert answer.abstained
    assert answer.text.startswith("The documents do not say.")
    assert answer.citations == ()
    assert answer.short_answer is None
    assert answer.hits


def test_a_follow_up_is_answered_from_the_question_before_it(sample_assistant: Assistant) -> None:
    history = [Turn("Who found Musk's tweet unclear?")]
    answer = sample_assistant.ask("What did he say the letter was not?", history)
    assert "Cooper" in answer.standalone_question
    assert "not a threat" in answer.text


def test_an_answer_cites_only_passages_that_were_retrieved(sample_assistant: Assistant) -> None:
    answer = sample_assistant.ask("Who is the president of Color of Change?")
    retrieved = {hit.passage for hit in answer.hits}
    assert answer.citations
    assert {citation.passage for citation in answer.citations} <= retrieved


def test_k_bounds_the_hits_and_not_the_reading(sample_assistant: Assistant) -> None:
    few, many = (sample_assistant.ask("Who denied the deal?", k=k) for k in (1, 8))
    assert (len(few.hits), len(many.hits)) == (1, 8)
    assert few.text == many.text


def test_retrieve_gives_the_hits_that_an_answer_shows(sample_assistant: Assistant) -> None:
    hits = sample_assistant.retrieve("Who denied the deal?", 5)
    assert hits == list(sample_assistant.ask("Who denied the deal?", k=5).hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("question", ["", "  \n ", "why? " * MAX_QUESTION_CHARACTERS, "\ud800?"])
def test_a_question_that_cannot_be_asked_says_what_to_do(sample_assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match=r"type one|type it again|ask in at most"):
        sample_assistant.ask(question)


@pytest.mark.parametrize("k", [0, -1, 10**6])
def test_a_k_out_of_range_is_refused(sample_assistant: Assistant, k: int) -> None:
    with pytest.raises(QuestionError, match="between 1 and"):
        sample_assistant.retrieve("Who denied the deal?", k)


@pytest.mark.parametrize(
    "question", ["?", "🤷‍♀️", "'; DROP TABLE documents; --", "\x00\x1b[31m", "谁否认了这项协议？", "a" * 1999]
)
def test_a_strange_question_is_answered_or_refused(sample_assistant: Assistant, question: str) -> None:
    answer = sample_assistant.ask(question)
    assert answer.text
    assert_quotes_stand(sample_assistant, answer)


def test_people_who_ask_at_once_get_the_answers_they_would_get_alone(sample_assistant: Assistant) -> None:
    questions = ["Who denied the deal?", "Who is the CEO of Free Press?", "When will Twitter Blue relaunch?"] * 3
    alone = {question: sample_assistant.ask(question).text for question in set(questions)}
    with ThreadPoolExecutor(8) as people:
        together = list(people.map(lambda question: sample_assistant.ask(question).text, questions))
    assert together == [alone[question] for question in questions]


def test_a_passage_that_holds_the_rarest_word_is_read_however_far_down_it_was_found(
    sample_assistant: Assistant,
) -> None:
    alone = replace(sample_assistant, read=1)
    rarest = {
        "What did Musk say to the advertisers?": "say",
        "Who asked about Gonzalez?": "ask",
        "Who spiked?": "spike",
    }
    found = {question: alone.search(question, 20).hits for question in rarest}
    for question, hits in found.items():
        assert any(rarest[question] in stems(hit.passage.text) for hit in hits if hit.reading)
        assert alone.search(question, 3).hits == hits[:3]
    assert {sum(hit.reading is not None for hit in hits) for hits in found.values()} == {1, 2}


class _Unmoved:
    reorders = True

    def rerank(self, question: str, hits: Sequence[Hit], titles: Mapping[str, str]) -> list[Hit]:
        return list(hits)


def test_a_passage_that_is_read_for_a_word_alone_stands_where_its_score_puts_it(sample_assistant: Assistant) -> None:
    unmoved = replace(sample_assistant, read=1, reranker=_Unmoved())
    for question in ("What did Musk say to the advertisers?", "Who asked about Gonzalez?", "Who spiked?"):
        found = sample_assistant.retriever.timed(question, 20)
        assert [hit.passage for hit in unmoved.search(question, 20).hits] == [hit.passage for hit in found.hits]
