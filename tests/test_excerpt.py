"""What a report shows of a text."""

from eval.excerpt import excerpt, shortened
from eval.saved import Record


def _hit(document_id: str, text: str) -> Record:
    return {"document_id": document_id, "start": 1000, "end": 1000 + len(text), "text": text}


def test_a_long_text_is_cut_between_words() -> None:
    text = "word " * 100
    assert shortened(text, 23) == "word word word word …"
    assert shortened("short", 23) == "short"
    assert len(shortened("x" * 1000, 400)) == 402


def test_the_evidence_in_a_hit_is_marked_wherever_it_stands() -> None:
    text = "before " * 100 + "the proof" + " after" * 100
    at = text.index("the proof")
    evidence = {"document_id": "a", "start": 1000 + at, "end": 1000 + at + 9, "quote": "the proof"}
    before, marked, after = excerpt(_hit("a", text), [evidence])
    assert marked == "the proof"
    assert before.startswith("… before") and before.endswith("before ") and after.startswith(" after")
    assert 300 < len(before + marked + after) < 450
    assert excerpt(_hit("b", text), [evidence])[1] == ""


def test_a_hit_without_its_text_shows_none() -> None:
    hit = {"document_id": "a", "start": 0, "end": 9}
    assert excerpt(hit, [{"document_id": "a", "start": 0, "end": 5, "quote": "comet"}]) == ("", "", "")


def test_evidence_whose_words_are_others_is_not_marked() -> None:
    evidence = {"document_id": "a", "start": 1000, "end": 1005, "quote": "other"}
    assert excerpt(_hit("a", "words here"), [evidence]) == ("words here", "", "")
