"""Reading: from the network's logits to sentences and the words in them that answer."""

from collections.abc import Sequence

import numpy as np

from corpus.document import Passage
from index.embed import Vectors
from rag.network import PassageReading, ReaderModel
from rag.read import Finding, SpanReader
from rag.rerank import ReadingReranker
from rag.retrieve import Hit

TEXT = "Ann Lee runs the port. She came in 2019, after the strike."


class PointingModel(ReaderModel):
    """Reads every text as if the given words were the answer: no network."""

    def __init__(self, *words: str, elsewhere: float = -4.0) -> None:
        super().__init__()
        self._words, self._elsewhere = words, elsewhere

    def read(self, question: str, titles: Sequence[str], texts: Sequence[str]) -> list[PassageReading]:
        return [self._point(text) for text in texts]

    def _point(self, text: str) -> PassageReading:
        bounds = [(at, at + len(word)) for word in text.split() for at in [text.index(word)]]
        starts, ends = np.full((2, len(bounds)), self._elsewhere, np.float32)
        for words in self._words:
            first = text.find(words)
            if first >= 0:
                starts[[i for i, bound in enumerate(bounds) if bound[0] == first]] = 4.0
                ends[[i for i, bound in enumerate(bounds) if bound[1] == first + len(words)]] = 3.0
        return PassageReading(np.array(bounds, dtype=np.int64), starts, ends, 1.5, 2.5)


class WordCount:
    """An embedder whose vectors hold nothing but whether a text has the word "came"."""

    max_tokens = 100

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.array([[1.0, 0.0] if "came" in text else [0.0, 1.0] for text in texts], dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        return np.array([1.0, 0.0], dtype=np.float32)


def hit(text: str = TEXT, start: int = 0) -> Hit:
    return Hit(Passage("port.txt", start, start + len(text), text), 1.0, {})


def read(words: Sequence[str], *hits: Hit) -> list[Finding]:
    seen = ReadingReranker(PointingModel(*words)).rerank("who?", hits, {})
    return SpanReader(WordCount()).read("who?", seen)


def test_each_sentence_is_one_finding_with_its_best_words() -> None:
    first, second = read(["Ann Lee", "2019,"], hit())
    assert first.words(first.sentence) == "Ann Lee runs the port."
    assert first.short_answer == "Ann Lee"
    assert first.margin == 7.0
    assert (first.relevance, first.answerable) == (1.5, 2.5)
    assert second.words(second.sentence) == "She came in 2019, after the strike."


def test_a_sentence_is_compared_with_the_question() -> None:
    assert [finding.similarity for finding in read(["Ann Lee"], hit())] == [0.0, 1.0]


def test_a_sentence_far_below_the_best_is_not_compared() -> None:
    model = PointingModel("Ann Lee", elsewhere=-9.0)
    seen = ReadingReranker(model).rerank("who?", [hit()], {})
    assert [finding.short_answer for finding in SpanReader(WordCount()).read("who?", seen)] == ["Ann Lee"]


def test_a_reply_stands_with_the_question_that_the_text_puts_before_it() -> None:
    reply, other = read(["Ann Lee"], hit("Who runs the port? Ann Lee does. She came in 2019."))
    assert reply.words(reply.sentence) == "Ann Lee does."
    assert reply.statement == "Who runs the port? Ann Lee does."
    assert other.statement == other.words(other.sentence) == "She came in 2019."


def test_words_of_the_question_are_passed_over_for_others_in_the_sentence() -> None:
    seen = ReadingReranker(PointingModel("the port", elsewhere=-3.0)).rerank("Who runs the port?", [hit()], {})
    first = SpanReader(WordCount()).read("Who runs the port?", seen)[0]
    assert first.short_answer != "the port"
    assert "Ann" in first.short_answer


def test_who_did_it_is_neither_a_pronoun_nor_the_one_who_was_told() -> None:
    told = hit("Ann Lee told Reuters she came in 2019.")
    assert "Ann Lee" in read(["Ann Lee", "Reuters", "she"], told)[0].short_answer
    assert read(["Reuters"], told)[0].short_answer not in ("Reuters", "she")
    assert read(["She"], hit("She did."))[0].short_answer == "did"


def test_a_sentence_of_nothing_but_a_pronoun_says_nobody() -> None:
    assert read(["He."], hit("He.")) == []


def test_marks_around_an_answer_are_left_out() -> None:
    assert read(["2019,"], hit())[0].short_answer == "2019"


def test_an_unbalanced_quotation_mark_is_left_out_and_a_balanced_pair_is_kept() -> None:
    text = "He called it “his mistake” and left."
    assert read(["“his"], hit(text))[0].short_answer == "his"
    assert read(["“his mistake”"], hit(text))[0].short_answer == "“his mistake”"
    assert read(["it “his mistake"], hit(text))[0].short_answer == "it “his mistake”"
    assert read(["it “his"], hit(text))[0].short_answer == "it “his"
    assert read(["mistake"], hit('It was "a mistake" then.'))[0].short_answer == "mistake"
    assert read(['was "a mistake'], hit('It was "a mistake" then.'))[0].short_answer == 'was "a mistake"'


def test_offsets_are_those_of_the_document() -> None:
    finding = read(["Ann Lee"], hit(start=100))[0]
    assert (finding.span.start, finding.span.end) == (100, 107)
    assert finding.short_answer == "Ann Lee"


def test_a_sentence_that_two_passages_share_is_found_once() -> None:
    shared = "She came in 2019, after the strike."
    found = read(["2019,"], hit(), hit(shared, start=TEXT.index(shared)))
    assert [finding.words(finding.sentence) for finding in found].count(shared) == 1


def test_a_passage_that_the_network_has_not_seen_is_not_read() -> None:
    assert SpanReader(WordCount()).read("who?", [hit()]) == []


def test_no_passages_give_no_findings() -> None:
    assert read(["x"]) == []
