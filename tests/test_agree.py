"""Whether two findings confirm or contradict each other."""

import pytest

from corpus.document import Passage
from corpus.sentences import Span
from rag.agree import confirms, contradicts
from rag.read import Finding
from rag.retrieve import Hit


def finding(document: str, sentence: str, answer: str) -> Finding:
    hit = Hit(Passage(document, 100, 100 + len(sentence), sentence), 1.0, {})
    start = 100 + sentence.index(answer)
    return Finding(hit, Span(100, 100 + len(sentence)), Span(start, start + len(answer)), 1.0, 1.0, 1.0)


BRIDGE = finding("old.txt", "The harbour bridge opened in March 1932.", "March 1932")


def test_another_document_with_the_same_answer_in_other_words_confirms() -> None:
    assert confirms(BRIDGE, finding("new.txt", "Its opening was in March 1932, it says.", "in March 1932"[3:]))
    assert confirms(
        finding("a.txt", "The port is run by the Lee family.", "the Lee family"),
        finding("b.txt", "Lee family firms run it.", "Lee family"),
    )


def test_the_same_document_or_the_same_sentence_confirms_nothing() -> None:
    assert not confirms(BRIDGE, finding("old.txt", "It opened in March 1932.", "March 1932"))
    assert not confirms(BRIDGE, finding("copy.txt", "The harbour bridge opened in March 1932.", "March 1932"))


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "When did the harbour bridge open?",
            ("The harbour bridge opened in March 1932.", "March 1932"),
            ("The harbour bridge was opened in 1936.", "1936"),
        ),
        (
            "How many people died in the storm?",
            ("The storm killed 12 people, police said.", "12"),
            ("At least 1,500 people were killed in the storm.", "1,500"),
        ),
        (
            "Who runs the port of Rotterdam?",
            ("The port of Rotterdam is run by Ann Lee.", "Ann Lee"),
            ("John Roe runs the port of Rotterdam.", "John Roe"),
        ),
    ],
)
def test_the_same_statement_with_another_value_contradicts(
    question: str, one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert contradicts(question, finding("a.txt", *one), finding("b.txt", *other))
    assert not contradicts(question, finding("a.txt", *one), finding("a.txt", *other))


def test_a_date_that_is_only_more_exact_does_not_contradict() -> None:
    exact = finding("new.txt", "The harbour bridge opened on 19 March 1932.", "19 March 1932")
    assert not contradicts("When did the harbour bridge open?", BRIDGE, exact)


def test_another_statement_with_another_value_does_not_contradict() -> None:
    other = finding("new.txt", "Taxes on imported wool were lowered in 1936.", "1936")
    assert not contradicts("When did the harbour bridge open?", BRIDGE, other)


def test_a_question_that_asks_for_no_value_has_no_contradictions() -> None:
    other = finding("new.txt", "The harbour bridge was opened in 1936.", "1936")
    assert not contradicts("What happened to the harbour bridge?", BRIDGE, other)
