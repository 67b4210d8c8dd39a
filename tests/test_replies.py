"""Documents that ask and reply, as frequently asked questions do: the reply is quoted, never the question."""

import pytest

from rag.assistant import Assistant
from rag.build import build_assistant

ASKED_AND_REPLIED = """# Frequently asked questions

## How do I reset my password?

Open Settings, choose Security and press Reset. You get an e-mail within ten minutes.

## Who can see my documents?

Only members of your team. Guests see what was shared with them.

Q: Which browsers are supported?
A: Firefox 115 and later, Chrome 110 and later, and Safari 16.

Is my data encrypted? Yes: AES-256 at rest and TLS 1.3 in transit.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("asked")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "faq.md").write_text(ASKED_AND_REPLIED, encoding="utf-8")
    return build_assistant(folder / "corpus", folder / "store")


@pytest.mark.parametrize(
    ("question", "short_answer", "quote"),
    [
        ("How do I reset my password?", "Security", "Open Settings, choose Security and press Reset."),
        ("Who can see my documents?", "members of your team", "Only members of your team."),
        ("Which browsers are supported?", "Firefox 115", "Firefox 115 and later, Chrome 110 and later, and Safari 16."),
        ("Is my data encrypted?", None, "Yes: AES-256 at rest and TLS 1.3 in transit."),
        ("How is data encrypted at rest?", "AES-256", "Yes: AES-256 at rest and TLS 1.3 in transit."),
    ],
)
def test_a_reply_answers_what_was_asked_before_it(
    assistant: Assistant, question: str, short_answer: str | None, quote: str
) -> None:
    answer = assistant.ask(question)
    assert quote in answer.citations[0].quote
    assert not [citation.quote for citation in answer.citations if "?" in citation.quote]
    assert (answer.short_answer is None) == (short_answer is None)
    assert (short_answer or "") in (answer.short_answer or "")


def test_what_nobody_replied_to_is_refused(assistant: Assistant) -> None:
    assert assistant.ask("Who invented the telephone?").abstained
