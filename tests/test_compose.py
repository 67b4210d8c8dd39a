"""Composing: which sentences are quoted, in which order, under which numbers."""

from collections.abc import Sequence
from dataclasses import replace

from corpus.document import Document, Passage
from corpus.sentences import Span, sentences
from rag.answer import Draft
from rag.compose import compose
from rag.confidence import Judged
from rag.read import Finding
from rag.retrieve import Hit

TEXT = "Johnson denied the deal.\n\nThe weather was fine. Robinson denied it too.\n\nNobody else spoke."
SIGNALS = {"sentence": 0.5, "similarity": 0.5, "names": 1.0, "kind": 1.0}
DOCUMENT = Document("news.txt", "News", TEXT, "Example Press")


def judged(*chances: tuple[int, float]) -> list[Judged]:
    """(sentence number, probability) pairs over the one passage of the document."""
    hit = Hit(Passage("news.txt", 0, len(TEXT), TEXT), 1.0, {})
    spans = sentences(TEXT)
    return [Judged(Finding(hit, spans[i], spans[i], 1.0, 1.0, 1.0), chance, SIGNALS) for i, chance in chances]


def composed(found: Sequence[Judged], document: Document | None = DOCUMENT, question: str = "When was it?") -> Draft:
    return compose(question, found, 0.5, lambda _: document)


def quotes(found: Sequence[Judged]) -> list[str]:
    return [citation.quote for citation in composed(found).citations]


def test_the_answer_is_quotes_with_their_numbers() -> None:
    assert composed(judged((0, 0.9))).text == "Johnson denied the deal. [1]"


def test_a_second_source_about_as_likely_is_quoted_too() -> None:
    assert quotes(judged((0, 0.9), (2, 0.88))) == ["Johnson denied the deal.", "Robinson denied it too."]


def test_the_likeliest_sentence_is_quoted_first_wherever_it_stands() -> None:
    assert quotes(judged((3, 0.9), (0, 0.89))) == ["Nobody else spoke.", "Johnson denied the deal."]


def test_a_much_less_likely_sentence_is_not_company() -> None:
    assert quotes(judged((0, 0.95), (3, 0.51))) == ["Johnson denied the deal."]


def test_a_sentence_below_the_threshold_is_not_company() -> None:
    assert quotes(judged((0, 0.6), (2, 0.49))) == ["Johnson denied the deal."]


def test_a_sentence_that_says_as_much_is_another_answer_to_a_question_that_may_have_several() -> None:
    found = judged((0, 0.7), (2, 0.1))
    assert len(composed(found, question="Who denied it?").citations) == 2
    assert len(composed(found, question="When was it?").citations) == 1


def test_a_name_that_did_another_thing_than_was_asked_is_not_the_short_answer() -> None:
    text = "Groups denied claims made by Musk. Johnson denied the deal."
    document = Document("news.txt", "News", text, "Example Press")
    hit = Hit(Passage("news.txt", 0, len(text), text), 1.0, {})
    first = sentences(text)[0]
    musk, groups = Span(text.index("Musk"), text.index("Musk") + 4), Span(0, len("Groups"))

    def short(span: Span, question: str) -> str | None:
        best = Judged(Finding(hit, first, span, 1.0, 1.0, 1.0), 0.7, SIGNALS)
        return compose(question, [best], 0.5, lambda _: document).short_answer

    assert short(musk, "Who denied the deal?") is None
    assert short(musk, "Who made the claims?") == "Musk"
    assert short(groups, "Who denied the deal?") == "Groups"


def test_an_answer_that_is_sure_stands_alone() -> None:
    sure = composed(judged((0, 0.9), (2, 0.1)), question="Who denied it?")
    assert len(sure.citations) == 1
    assert sure.short_answer == "Johnson denied the deal."


def test_a_sentence_that_says_less_is_no_other_answer() -> None:
    best, other = judged((0, 0.7), (2, 0.1))
    for name in SIGNALS:
        less = replace(other, signals={**SIGNALS, name: 0.1})
        assert len(composed([best, less], question="Who denied it?").citations) == 1


def test_sentences_that_follow_each_other_are_one_quote() -> None:
    assert quotes(judged((1, 0.9), (2, 0.9))) == ["The weather was fine. Robinson denied it too."]


def test_every_quote_stands_in_its_document() -> None:
    for citation in composed(judged((0, 0.9), (2, 0.9), (3, 0.9))).citations:
        assert TEXT[citation.quote_start : citation.quote_end] == citation.quote
        assert citation.source == "Example Press"


def test_a_document_that_is_gone_or_changed_is_not_quoted() -> None:
    assert composed(judged((0, 0.9)), None).citations == ()
    assert composed(judged((0, 0.9)), Document("news.txt", "News", "Something else.", "x")).citations == ()


def test_a_short_answer_is_not_given_for_a_sentence_that_is_not_cited() -> None:
    gone, kept = judged((0, 0.9), (2, 0.89))
    elsewhere = replace(gone.finding.hit, passage=replace(gone.finding.hit.passage, document_id="gone.txt"))
    gone = replace(gone, finding=replace(gone.finding, hit=elsewhere))
    found = compose("When was it?", [gone, kept], 0.5, {"news.txt": DOCUMENT}.get)
    assert [citation.quote for citation in found.citations] == ["Robinson denied it too."]
    assert found.short_answer is None


def test_nothing_found_composes_nothing() -> None:
    assert composed([]) == Draft("", (), None)


def stated(document_id: str, sentence: str, answer: str, probability: float) -> Judged:
    hit = Hit(Passage(document_id, 0, len(sentence), sentence), 1.0, {})
    start = sentence.index(answer)
    span = Span(start, start + len(answer))
    return Judged(Finding(hit, Span(0, len(sentence)), span, 1.0, 1.0, 1.0), probability, SIGNALS)


def answer_from(question: str, *found: Judged) -> Draft:
    documents = {
        each.finding.hit.passage.document_id: Document(
            each.finding.hit.passage.document_id, "News", each.finding.hit.passage.text, "Press"
        )
        for each in found
    }
    return compose(question, found, 0.5, documents.get)


def test_documents_that_contradict_each_other_are_both_quoted_and_it_is_said() -> None:
    draft = answer_from(
        "When did the harbour bridge open?",
        stated("old.txt", "The harbour bridge opened in March 1932.", "March 1932", 0.9),
        stated("new.txt", "The harbour bridge was opened in 1936.", "1936", 0.6),
    )
    assert len(draft.citations) == 2
    assert draft.note == "The documents differ: “March 1932” [1], “1936” [2]."
    assert draft.text.endswith(draft.note)
    assert draft.short_answer == "March 1932"


def test_a_contradiction_that_would_be_no_answer_by_itself_is_left_out() -> None:
    draft = answer_from(
        "When did the harbour bridge open?",
        stated("old.txt", "The harbour bridge opened in March 1932.", "March 1932", 0.9),
        stated("new.txt", "The harbour bridge was opened in 1936.", "1936", 0.4),
    )
    assert len(draft.citations) == 1
    assert draft.note == ""


def test_a_document_that_confirms_is_quoted_too() -> None:
    draft = answer_from(
        "When did the harbour bridge open?",
        stated("old.txt", "The harbour bridge opened in 1932.", "1932", 0.9),
        stated("new.txt", "It has carried trains since its opening in 1932.", "1932", 0.6),
    )
    assert [citation.number for citation in draft.citations] == [1, 2]
    assert draft.note == ""


def test_a_question_of_yes_or_no_is_answered_by_the_sentence_that_decides() -> None:
    found = stated("old.txt", "The harbour bridge opened in 1932.", "1932", 0.9)
    draft = answer_from("Did the harbour bridge open?", found)
    assert draft.text == "The harbour bridge opened in 1932. [1]"
    assert draft.short_answer is None
    assert answer_from("Did it open in 1932 or in 1936?", found).short_answer == "1932"
