"""The chat page's own logic: a conversation, its messages and its source pane."""

from rag.assistant import Assistant
from web.page import Conversation, answered


def test_an_empty_conversation_says_what_the_pane_is_for() -> None:
    messages, pane = Conversation().shown()
    assert messages == []
    assert "Ask a question" in pane


def test_an_answer_links_each_citation_to_its_source(sample_assistant: Assistant) -> None:
    messages, pane = answered(sample_assistant, "Who is the CEO of Free Press?", Conversation()).shown()
    assert [message["role"] for message in messages] == ["user", "assistant"]
    assert "(#source-1-1)" in messages[1]["content"]
    assert 'id="source-1-1"' in pane
    assert "<mark>" in pane


def test_a_follow_up_says_how_it_was_understood_and_the_latest_sources_come_first(sample_assistant: Assistant) -> None:
    conversation = answered(sample_assistant, "Who found Musk's tweet unclear?", Conversation())
    conversation = answered(sample_assistant, "What did he say the letter was not?", conversation)
    messages, pane = conversation.shown()
    assert "I understood" in messages[3]["content"]
    assert pane.index("source-2-1") < pane.index("source-1-1")


def test_a_refusal_shows_the_closest_passages_without_marks(sample_assistant: Assistant) -> None:
    messages, pane = answered(sample_assistant, "What is the capital of France?", Conversation()).shown()
    assert "The documents do not say" in messages[1]["content"].replace("\\", "")
    assert "Closest passages" in pane
    assert "<mark>" not in pane


def test_a_question_that_cannot_be_asked_is_answered_by_saying_why(sample_assistant: Assistant) -> None:
    conversation = answered(sample_assistant, " ", Conversation())
    assert "empty" in conversation.shown()[0][1]["content"]
    assert conversation.turns == ()


def test_markdown_and_html_in_a_question_are_shown_as_they_are(sample_assistant: Assistant) -> None:
    question = "![x](http://example.org/x.png) <script>alert(1)</script> **why** $a$?"
    conversation = answered(sample_assistant, question, Conversation())
    shown = conversation.shown()[0][0]["content"]
    assert "\\!\\[x\\]\\(http\\:" in shown
    assert "\\<script\\>" in shown
    assert "\\*\\*why\\*\\* \\$a\\$" in shown


def test_only_the_latest_sources_are_kept(sample_assistant: Assistant) -> None:
    conversation = Conversation()
    for _ in range(30):
        conversation = conversation.with_answer("q", "a", "<section></section>", None)
    assert conversation.shown()[1].count("<section>") == 20
    assert len(conversation.shown()[0]) == 60
