"""What is known of a cited document, in a line."""

from rag.known import known_facts


def test_author_and_date_come_first_and_the_rest_says_what_it_is() -> None:
    metadata = {"genre": "novel", "date": "2022-11-05", "author": "A. Doe", "to": "B. Roe"}
    assert known_facts(metadata) == ["by A. Doe", "2022-11-05", "genre: novel", "to: B. Roe"]


def test_what_only_programs_read_is_left_out() -> None:
    assert known_facts({"message_id": "<1@example.org>"}) == known_facts({}) == []


def test_facts_are_few_short_and_on_one_line() -> None:
    facts = known_facts({f"key {number}": "much\n\u202e to say " * 40 for number in range(40)})
    assert len(facts) == 6
    assert all(len(fact) < 110 and fact.isprintable() for fact in facts)
