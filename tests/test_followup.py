"""Follow-up questions, as people ask them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.followup import Turn, depends_on_history, standalone_question
from tests.patience import in_time

_TEXT = st.text(max_size=60) | st.lists(
    st.sampled_from(
        "And But What about he his it they Why ? the this company Musk Musk's 2021 did was say K5 Global "
        "\\1 \\g<0> , Paris İt ſhe (x [ * $44".split()
    ),
    max_size=9,
).map(" ".join)
_TURNS = st.lists(st.builds(Turn, _TEXT, st.none() | _TEXT), max_size=3)


def _after(question: str, earlier: str, answer: str | None = None) -> str:
    return standalone_question(question, [Turn(earlier, answer)])


@pytest.mark.parametrize(
    ("question", "earlier", "answer", "expected"),
    [
        ("Where did she die?", "Who discovered radium?", "Marie Curie", "Where did Marie Curie die?"),
        ("When was she born?", "Where did Marie Curie study?", "Paris", "When was Marie Curie born?"),
        ("Was he on the call?", "Who leads the NAACP?", "Derrick Johnson", "Was Derrick Johnson on the call?"),
        ("Who told him?", "What did Rashad Robinson say?", "a lie", "Who told Rashad Robinson?"),
        ("What is his firm?", "Who is Michael Kives?", "a longtime Musk ally", "What is Michael Kives’ firm?"),
        ("Is he a rabbi?", "Who is Abraham Cooper of the Wiesenthal Center?", "Rabbi", "Is Abraham Cooper a rabbi?"),
        ("What is his firm?", "Who is the head of K5?", "Michael Kives", "What is Michael Kives’ firm?"),
        ("Where is he?", "Which longtime Musk ally was on the call?", "Michael Kives", "Where is Michael Kives?"),
        ("Where is he?", "What did the president tell Musk?", "no", "Where is Musk?"),
        ("Where is he?", "Which leader’s firm did Musk buy?", "Kives’ firm", "Where is Musk?"),
    ],
)
def test_he_and_she_are_the_person_asked_about_or_found(
    question: str, earlier: str, answer: str | None, expected: str
) -> None:
    assert _after(question, earlier, answer) == expected


@pytest.mark.parametrize(
    ("question", "earlier", "answer", "expected"),
    [
        ("How old is it?", "How tall is the Eiffel Tower?", "330 metres", "How old is the Eiffel Tower?"),
        ("Does it work?", "Who built a new engine?", "Ford", "Does the new engine work?"),
        (
            "What companies has it backed?",
            "What is Kives' firm called?",
            "K5 Global",
            "What companies has K5 Global backed?",
        ),
        ("Who runs it?", "What is the Simon Wiesenthal Center?", None, "Who runs the Simon Wiesenthal Center?"),
        ("So who owns it now?", "When was K5 Global founded?", "2000", "Who owns K5 Global now?"),
        ("Did Johnson support it?", "What was the deal about?", None, "Did Johnson support the deal?"),
        ("Who crossed it first?", "When did the bridge reopen?", "Tuesday", "Who crossed the bridge first?"),
        ("Who owns it?", "Did the new company buy Twitter?", None, "Who owns the new company?"),
        ("What does it cost?", "What did the new treaty say?", None, "What does the new treaty cost?"),
        ("Who rebuilt it?", "When was the bridge closed?", None, "Who rebuilt the bridge?"),
        ("What does it say?", "Who sent Musk a letter last week?", None, "What does the letter say?"),
        ("Where is it kept?", "Who saw a large telescope in Tartu?", None, "Where is the large telescope kept?"),
    ],
)
def test_it_is_the_thing_asked_about_or_found(question: str, earlier: str, answer: str | None, expected: str) -> None:
    assert _after(question, earlier, answer) == expected


@pytest.mark.parametrize(
    ("question", "earlier", "answer", "expected"),
    [
        ("What do they want?", "What did the advertisers fear?", "hackers", "What do the advertisers want?"),
        (
            "What did they ask for?",
            "Which civil rights groups met Musk?",
            None,
            "What did the civil rights groups ask for?",
        ),
        ("When did they meet?", "Who were on the call?", "Johnson and Robinson", "When did Johnson and Robinson meet?"),
        ("And when did they sign?", "Did France and Germany agree?", None, "When did France and Germany sign?"),
    ],
)
def test_they_are_those_asked_about_or_found(question: str, earlier: str, answer: str | None, expected: str) -> None:
    assert _after(question, earlier, answer) == expected


def test_a_word_that_only_ends_in_s_is_nobody() -> None:
    assert _after("What do they sell?", "When did this company start?") == "What do they sell?"
    assert _after("What do they want?", "Did you read what was sent?") == "What do they want?"
    assert _after("What do they want?", "What did its owner say?") == "What do they want?"


@pytest.mark.parametrize(
    ("question", "earlier", "answer", "expected"),
    [
        ("What was her role?", "Who spoke?", "Jessica Gonzalez", "What was Jessica Gonzalez’s role?"),
        ("What is its population?", "What is the capital of France?", "Paris", "What is Paris’ population?"),
        ("What is their main demand?", "What did the advertisers fear?", None, "What is the advertisers’ main demand?"),
        ("And who is its president?", "Is Color of Change big?", None, "Who is Color of Change’s president?"),
    ],
)
def test_possessives_stay_possessives(question: str, earlier: str, answer: str | None, expected: str) -> None:
    assert _after(question, earlier, answer) == expected


def test_two_pronouns_are_two_things() -> None:
    assert _after("How much did he pay for it?", "Who bought Twitter?", "Elon Musk") == (
        "How much did Elon Musk pay for Twitter?"
    )


@pytest.mark.parametrize(
    ("question", "earlier"),
    [
        ("Does it pay well?", "When may I retire?"),
        ("Can women play it?", "Which sport is the most popular?"),
    ],
)
def test_neither_the_speaker_nor_a_bare_superlative_is_a_thing(question: str, earlier: str) -> None:
    assert _after(question, earlier, None) == question


def test_it_is_not_several() -> None:
    assert _after("How long did it last?", "Did the groups join a call?") == "How long did the call last?"


def test_it_is_not_those_that_they_are() -> None:
    earlier = "Did GLAAD and Free Press say there was no such deal?"
    assert _after("Who else besides them denied it?", earlier) == "Who else besides GLAAD and Free Press denied it?"


def test_a_thing_is_named_only_once() -> None:
    assert _after("Where does it have its headquarters?", "Who founded SpaceX?") == (
        "Where does SpaceX have its headquarters?"
    )


@pytest.mark.parametrize(
    ("question", "earlier", "expected"),
    [
        ("And in 2021?", "How many users did Twitter have in 2020?", "How many users did Twitter have in 2021?"),
        ("What about 2019?", "Who won the election in 2020?", "Who won the election in 2019?"),
        ("What about Robinson?", "What did Johnson say?", "What did Robinson say?"),
        ("And Germany?", "What is the capital of France?", "What is the capital of Germany?"),
        ("How about in Germany?", "How many people live in France?", "How many people live in Germany?"),
        ("And on Tuesday?", "how many people came?", "how many people came on Tuesday?"),
    ],
)
def test_a_part_of_a_question_is_completed_from_the_one_before(question: str, earlier: str, expected: str) -> None:
    assert _after(question, earlier) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Why?", "Did Musk ban Trump, and why?"),
        ("But why?", "Did Musk ban Trump, and why?"),
        ("And when?", "Did Musk ban Trump, and when?"),
        ("how long", "Did Musk ban Trump, and how long?"),
    ],
)
def test_a_bare_question_word_is_asked_of_the_question_before(question: str, expected: str) -> None:
    assert _after(question, "Did Musk ban Trump?") == expected


@pytest.mark.parametrize(
    "question",
    [
        "Who leads the NAACP?",
        "What did Musk say about his plans?",
        "Did Musk say that he would resign?",
        "Is Twitter Blue worth its price?",
        "Do Johnson and Robinson like their jobs?",
        "Is it possible to appeal?",
        "Whose idea was that?",
        "And what did Kives say?",
        "Why did the advertisers leave?",
        "Ok",
        "and?",
        "",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert not depends_on_history(question)
    assert _after(question, "Who spoke for Free Press?", "Jessica Gonzalez") == question


def test_a_name_in_the_question_does_not_explain_a_pronoun_at_its_end() -> None:
    assert depends_on_history("What did Free Press say about it?")
    assert _after("And what did Free Press say about it?", "Did the groups have a deal?") == (
        "What did Free Press say about the deal?"
    )


def test_a_who_question_without_an_answer_explains_nobody() -> None:
    assert _after("And who is he?", "Who denied the deal?") == "And who is he?"
    assert _after("How much did he pay for it?", "Who bought Twitter?") == "How much did he pay for Twitter?"


def test_a_pronoun_may_reach_over_a_turn_that_names_nobody() -> None:
    history = [Turn("Who leads Free Press?", "Jessica Gonzalez"), Turn("When was the call?", "Tuesday")]
    assert standalone_question("What did she say?", history) == "What did Jessica Gonzalez say?"


def test_the_latest_turn_that_fits_is_meant() -> None:
    history = [Turn("Who leads Free Press?", "Jessica Gonzalez"), Turn("Who leads K5?", "Michael Kives")]
    assert standalone_question("How old is he?", history) == "How old is Michael Kives?"


def test_a_chain_of_questions_keeps_its_subject() -> None:
    first = Turn("Who bought Twitter?", "Elon Musk")
    second = standalone_question("When did he buy it?", [first])
    third = standalone_question("Why?", [first, Turn(second, "October")])
    fourth = standalone_question("And what did he pay for it?", [first, Turn(second, "October")])
    assert second == "When did Elon Musk buy Twitter?"
    assert third == "When did Elon Musk buy Twitter, and why?"
    assert fourth == "What did Elon Musk pay for Twitter?"


def test_an_answer_that_looks_like_a_pattern_is_taken_literally() -> None:
    assert _after("Who made it?", "What is the folder called?", r"C:\1 Temp\g") == r"Who made C:\1 Temp\g?"


@given(_TEXT)
@settings(max_examples=100)
def test_without_history_every_question_is_left_as_it_is(question: str) -> None:
    assert standalone_question(question, []) == question


@given(_TEXT, _TURNS)
@settings(max_examples=300)
def test_any_question_after_any_turns_is_still_a_question(question: str, history: list[Turn]) -> None:
    standalone = standalone_question(question, history)
    assert bool(standalone.strip()) == bool(question.strip())
    if not depends_on_history(question, history):
        assert standalone == question


@pytest.mark.parametrize(
    ("question", "earlier", "answer", "expected"),
    [
        ("Who lives there?", "Where did Musk fly?", "Paris", "Who lives in Paris?"),
        ("Who went there?", "What happened in the United States?", None, "Who went to the United States?"),
        ("What is sold from there?", "Is Tartu in Estonia?", None, "What is sold from Estonia?"),
    ],
)
def test_there_is_the_place_named_or_found(question: str, earlier: str, answer: str | None, expected: str) -> None:
    assert _after(question, earlier, answer) == expected


def test_there_is_is_no_place() -> None:
    assert _after("Is there a deal?", "What happened in Paris?") == "Is there a deal?"


@pytest.mark.parametrize(
    ("question", "earlier", "answer", "expected"),
    [
        ("When was the agreement signed?", "Who drafted the Kigali Agreement?", None, "Kigali agreement"),
        ("Who signed the letter?", "When was the open letter sent?", None, "the open letter"),
        ("How old is the president?", "Did the president of France resign?", None, "the president of France"),
        ("Who owns the company?", "Which company backed the fund?", "K5 Global", "Who owns K5 Global?"),
        ("What did the court say?", "Did a Paris court convict him?", None, "the Paris court"),
    ],
)
def test_a_description_is_as_full_as_it_was(question: str, earlier: str, answer: str | None, expected: str) -> None:
    assert expected in _after(question, earlier, answer)


@pytest.mark.parametrize(
    ("question", "earlier", "expected"),
    [
        ("Regional differences", "What is infertility?", "As for infertility, what about regional differences?"),
        ("any awards?", "Who made Titanic?", "As for Titanic, are there any awards?"),
        ("What about employees?", "Who founded Netflix?", "As for Netflix, what about employees?"),
    ],
)
def test_a_thing_without_a_question_is_asked_of_the_topic(question: str, earlier: str, expected: str) -> None:
    assert _after(question, earlier) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How do companies hire their employees?",
        "Is it safer to invest in bonds?",
        "How long does it take?",
        "Should I cover my car in case it rains?",
        "I tried to update my card, but it keeps failing",
        "Speaking of Norway, is it cold?",
        "Of course I knew it!",
        "What about employees?",
        "How did the law get its name?",
        "open a small business",
    ],
)
def test_what_explains_itself_or_points_at_nothing_is_left_as_it_is(question: str) -> None:
    assert _after(question, "how do i learn about investing") == question


def test_a_word_with_a_capital_because_it_comes_first_is_no_name() -> None:
    assert _after("How old is he?", "Speaking of money. Although rich, was anyone paid?") == "How old is he?"


def test_neither_an_organisation_nor_a_place_is_he() -> None:
    assert _after("How old is he?", "What did Derrick Johnson of the NAACP do in France?") == (
        "How old is Derrick Johnson?"
    )
    assert _after("How old is he?", "Who leads the NAACP?") == "How old is he?"


def test_it_is_what_several_turns_are_about() -> None:
    history = [Turn("How was Netflix started?"), Turn("What did Blockbuster think of Netflix?")]
    assert standalone_question("When did it shift to streaming?", history) == "When did Netflix shift to streaming?"


def test_a_long_history_of_anything_is_read_in_no_time() -> None:
    odd = ["", "🤷‍♀️", "Why?", "What did it say about the letter? " * 10, "a" * 100_000, "Who met Elon Musk?"]
    history = [Turn(odd[i % len(odd)], None) for i in range(1000)]
    with in_time():
        for _ in range(10):
            assert standalone_question("When did he sign the letter?", history)
