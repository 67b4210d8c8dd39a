"""What the reader is shown in training."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from corpus.sentences import sentences
from index.embed import Embedder
from rag.training.examples import SHARES, WINDOW_TOKENS, Example, ExampleMaker
from rag.training.rewording import SEEN, Rewording
from rag.training.squad import Asked

_BRIDGE = "The bridge reopened on Tuesday. Mayor Ines Almeida crossed it first in 1987, before the Ferry Board met."
_FROST = "A late frost ruined the harvest of the valley. The growers asked Petra Lindqvist for loans in 1991."
_COMET = "A retired postman found a comet. The observatory in Tartu saw it on Sunday, as Kalle Tamm had said."


def _asked(question: str, paragraph: str, *answers: str, article: str = "Harbour") -> Asked:
    found = tuple((answer, paragraph.index(answer)) for answer in answers)
    return Asked(question, paragraph, article, article, found, ())


_ASKED = [
    _asked("Who crossed the bridge first?", _BRIDGE, "Mayor Ines Almeida", "Ines Almeida"),
    _asked("Who met after Ines Almeida crossed in 1987?", _BRIDGE, "the Ferry Board"),
    _asked("What ruined the harvest?", _FROST, "A late frost", "frost", article="Valley"),
    _asked("Where was the comet of Kalle Tamm seen?", _COMET, "Tartu", article="Comet"),
    replace(
        _asked("Who crossed the bridge last?", _BRIDGE), plausible=(("Ines Almeida", _BRIDGE.index("Ines Almeida")),)
    ),
]


def _epochs(
    asked: Sequence[Asked], embedder: Embedder, seed: int = 7, epochs: int = 40, collection: str = "wiki"
) -> list[Example]:
    maker, chance = ExampleMaker(collection, asked, embedder), random.Random(seed)
    return [example for _ in range(epochs) for example in maker.examples(chance)]


def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No passage is widened by its article's others."""
    for name, shares in SHARES.items():
        monkeypatch.setitem(SHARES, name, replace(shares, company=0.0))


def _unturned(monkeypatch: pytest.MonkeyPatch) -> None:
    """No question is turned into its opposite."""
    for name, shares in SHARES.items():
        monkeypatch.setitem(SHARES, name, replace(shares, turned=0.0))


def _long(answer: str) -> str:
    return (
        " ".join(f"In the year {1000 + i} the river froze and thawed again." for i in range(60))
        + f" Then {answer} came."
    )


def test_every_answer_stands_in_its_window_at_its_offsets(embedder: Embedder) -> None:
    answers = {each.question: {text for text, _ in each.answers} for each in _ASKED}
    examples = [example for example in _epochs(_ASKED, embedder) if example.answer]
    assert {example.question for example in examples} == {each.question for each in _ASKED if each.answers}
    for example in examples:
        assert example.answer is not None
        assert example.window[slice(*example.answer)] in answers[example.question]
        assert example.relevant is True


def test_each_of_several_answers_is_taken_in_some_epoch(embedder: Embedder) -> None:
    examples = [example for example in _epochs(_ASKED[:1], embedder) if example.answer]
    assert {example.window[slice(*(example.answer or ()))] for example in examples} == {
        "Mayor Ines Almeida",
        "Ines Almeida",
    }


def test_a_question_that_its_paragraph_does_not_answer_has_no_answer_and_says_nothing_of_relevance(
    embedder: Embedder,
) -> None:
    examples = _epochs([_ASKED[-1]], embedder, epochs=3)
    assert [(each.question, each.window, each.answer, each.relevant) for each in examples] == [
        ("Who crossed the bridge last?", _BRIDGE, None, None)
    ] * 3


def test_what_a_reworded_question_s_paragraph_says_of_it_is_not_known(
    embedder: Embedder, sentence_embedder: Embedder
) -> None:
    others = ["What saved the harvest?", "What ruined the harvest?"]
    maker = ExampleMaker("squad2", [_ASKED[2]], embedder, Rewording(others * SEEN, sentence_embedder))
    chance = random.Random(7)
    made = [example for _ in range(20) for example in maker.examples(chance) if example.answer_unknown]
    assert {(each.question, each.answer, each.relevant) for each in made} == {("What saved the harvest?", None, None)}
    assert {each.window for each in made} == {_FROST}
    assert not any(example.answer_unknown for example in _epochs([_ASKED[2]], embedder))


def test_a_question_is_shown_with_other_paragraphs_that_do_not_hold_its_answer(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _alone(monkeypatch)
    negatives = [example for example in _epochs(_ASKED, embedder) if example.relevant is False]
    assert {example.question for example in negatives} == {each.question for each in _ASKED if each.answers}
    asked = {each.question: each for each in _ASKED}
    for example in negatives:
        each = asked[example.question]
        assert example.answer is None
        assert example.window in {_BRIDGE, _FROST, _COMET} - {each.paragraph}
        assert not any(text.lower() in example.window.lower() for text, _ in each.answers)


def test_a_paragraph_that_holds_the_answer_too_is_no_negative(embedder: Embedder) -> None:
    other = _asked("Who came to the bridge?", "Ines Almeida came to the bridge again.", "again")
    negatives = [example for example in _epochs([_ASKED[0], other], embedder) if example.relevant is False]
    assert {example.question for example in negatives} == {other.question}


def test_a_question_with_a_name_exchanged_is_no_longer_answered(embedder: Embedder) -> None:
    questions = {each.question for each in _ASKED}
    exchanged = [example for example in _epochs(_ASKED, embedder) if example.question not in questions]
    assert len({example.question for example in exchanged}) >= 3
    assert {(example.answer, example.relevant) for example in exchanged} == {(None, None)}


def test_a_name_is_exchanged_for_another_of_its_article_that_is_neither_asked_for_nor_the_answer(
    embedder: Embedder,
) -> None:
    first = _asked("When did Ines Almeida meet the board?", _BRIDGE, "1987")
    second = _asked(
        "Who met Otto Frey?", "The mayor of Trieste met Otto Frey and Ines Almeida.", "The mayor of Trieste"
    )
    elsewhere = _asked("Who found it?", _COMET, "A retired postman", article="Comet")
    exchanged = {example.question for example in _epochs([first, second, elsewhere], embedder)}
    assert "When did Otto Frey meet the board?" in exchanged
    assert "When did Kalle Tamm meet the board?" not in exchanged
    assert not any("1987" in question for question in exchanged)
    assert {question for question in exchanged if "Trieste" in question} <= {"When did Trieste meet the board?"}


def test_a_name_is_not_exchanged_for_another_of_its_question(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unturned(monkeypatch)
    asked = _asked(
        "Did Otto Frey or Ines Almeida leave?", "They met Otto Frey, Ines Almeida and Kalle Tamm at noon.", "They"
    )
    exchanged = {example.question for example in _epochs([asked], embedder, epochs=100)} - {asked.question}
    assert exchanged == {"Did Kalle Tamm or Ines Almeida leave?", "Did Otto Frey or Kalle Tamm leave?"}


def test_a_year_without_others_in_its_article_is_exchanged_for_one_near_it(embedder: Embedder) -> None:
    asked = _asked("What froze in 1987?", "In the winter of 1987 the river froze.", "the river")
    exchanged = {example.question for example in _epochs([asked], embedder, epochs=200)} - {asked.question}
    assert exchanged == {f"What froze in {1987 + years}?" for years in (-7, -3, -1, 1, 2, 5, 10)}


def test_a_question_without_names_is_never_exchanged(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    _unturned(monkeypatch)
    examples = _epochs([_asked("who crossed the bridge?", _BRIDGE, "Ines Almeida")], embedder)
    assert {example.question for example in examples} == {"who crossed the bridge?"}


def test_a_question_turned_into_its_opposite_is_not_answered(embedder: Embedder) -> None:
    examples = _epochs([_asked("who crossed the bridge first?", _BRIDGE, "Ines Almeida")], embedder, epochs=200)
    turned = [each for each in examples if each.question == "who crossed the bridge last?"]
    assert {(each.answer, each.relevant) for each in turned} == {(None, None)}
    assert len(turned) < len(examples) / 4


@pytest.mark.parametrize("seed", range(5))
def test_a_long_paragraph_is_cut_to_a_window_that_holds_the_answer(embedder: Embedder, seed: int) -> None:
    paragraph = _long("Ines Almeida")
    starts = {sentence.start for sentence in sentences(paragraph)}
    for example in _epochs([_asked("Who came?", paragraph, "Ines Almeida")], embedder, seed, epochs=5):
        assert example.answer is not None
        assert example.window[slice(*example.answer)] == "Ines Almeida"
        assert embedder.count_tokens([example.window])[0] <= WINDOW_TOKENS
        assert paragraph.index(example.window) in starts


def test_windows_of_a_long_paragraph_differ(embedder: Embedder) -> None:
    paragraph = _long("Ines Almeida")
    examples = _epochs([_asked("Who came?", paragraph, "Ines Almeida")], embedder)
    assert len({example.window for example in examples}) > 5


def test_a_long_paragraph_without_an_answer_is_cut_too(embedder: Embedder) -> None:
    for example in _epochs([_asked("Who left?", _long("Ines Almeida"))], embedder, epochs=10):
        assert 0 < embedder.count_tokens([example.window])[0] <= WINDOW_TOKENS


def test_a_title_is_sometimes_left_out(embedder: Embedder) -> None:
    titles = [example.title for example in _epochs(_ASKED[:1], embedder)]
    assert set(titles) == {"Harbour", ""}
    assert titles.count("Harbour") > titles.count("")


def test_the_same_seed_makes_the_same_examples_and_another_seed_others(embedder: Embedder) -> None:
    assert _epochs(_ASKED, embedder, seed=1) == _epochs(_ASKED, embedder, seed=1)
    assert _epochs(_ASKED, embedder, seed=1) != _epochs(_ASKED, embedder, seed=2)


def test_of_some_collections_only_a_share_of_the_answered_questions_is_used(embedder: Embedder) -> None:
    positives = [each for each in _epochs(_ASKED[:4], embedder, epochs=100, collection="reddit") if each.answer]
    assert SHARES["reddit"].used == 0.45
    assert 130 < len(positives) < 230  # 180 of 400 expected, standard deviation 9.9


def test_some_passages_are_widened_by_others_of_their_article(embedder: Embedder) -> None:
    other = _asked("What did the ferries carry?", "The ferries carried sheep across the water.", "sheep")
    examples = [each for each in _epochs([_ASKED[0], other], embedder) if each.question == _ASKED[0].question]
    windows = {each.window for each in examples if each.answer}
    assert windows == {_BRIDGE, f"{_BRIDGE}\n\n{other.paragraph}", f"{other.paragraph}\n\n{_BRIDGE}"}


def test_a_passage_is_not_widened_by_one_that_holds_the_answer_too(embedder: Embedder) -> None:
    other = _asked("Who came?", "Ines Almeida came to the bridge again.", "Ines Almeida")
    windows = {each.window for each in _epochs([_ASKED[0], other], embedder)}
    assert windows == {_BRIDGE, other.paragraph}
