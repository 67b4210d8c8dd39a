"""What is said when the documents do not."""

from corpus.document import Passage
from rag.refuse import REFUSAL, refusal
from rag.retrieve import Hit


def _hits(*texts: str) -> list[Hit]:
    return [
        Hit(Passage(f"{i}.txt", 0, len(text), text), 1.0 - i / 10, {"dense": i + 1}) for i, text in enumerate(texts)
    ]


def test_a_refusal_names_the_words_that_the_closest_passages_lack() -> None:
    said = refusal("Who denied the merger with Tesla?", _hits("Leaders denied the deal.", "Musk tweeted."), {})
    assert said.startswith(REFUSAL)
    assert "“Tesla”" in said
    assert "“merger”" in said
    assert "denied" not in said


def test_a_refusal_names_no_word_that_any_closest_passage_holds() -> None:
    said = refusal("Who denied the merger with Tesla?", _hits("Leaders denied the deal.", "Tesla sells cars."), {})
    assert "“merger”" in said
    assert "Tesla" not in said


def test_a_refusal_names_at_most_three_words() -> None:
    said = refusal("Which zebras, walruses, ocelots, lemurs and tapirs sang?", _hits("Leaders denied the deal."), {})
    assert said.count("“") == said.count("”") == 3


def test_a_refusal_with_no_passages_says_that_nothing_bears_on_the_question() -> None:
    said = refusal("Who wrote Hamlet?", [], {})
    assert said.startswith(REFUSAL)
    assert "No passage" in said
    assert "“" not in said


def test_a_refusal_with_all_words_found_says_how_to_ask_better() -> None:
    said = refusal("Who denied the deal?", _hits("Leaders denied the deal."), {})
    assert said.startswith(REFUSAL)
    assert "ask for one thing at a time" in said
    assert "“" not in said


def test_a_refusal_says_where_the_closest_passage_is_from() -> None:
    hits = _hits("Leaders denied the deal.", "Musk tweeted.")
    assert "from “A deal denied”" in refusal("Who denied it?", hits, {"0.txt": "A deal denied", "1.txt": "Tweets"})
    assert "closest passages are shown" in refusal("Who denied it?", hits, {"1.txt": "Tweets"})
