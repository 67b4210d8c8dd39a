"""What is known of a cited document besides its title and place, as a person reads it: author, date, then the rest."""

from collections.abc import Mapping

from corpus.metadata import in_one_line

_SAID_OTHERWISE = ("author", "date", "message_id")
_MOST = 6
_LONGEST = 100


def known_facts(metadata: Mapping[str, str]) -> list[str]:
    """Few and short: `by Ines Almeida`, `2022-11-05`, `genre: novel`; the JSON has all of it."""
    facts = [f"by {metadata['author']}"] if "author" in metadata else []
    facts += [metadata["date"]] if "date" in metadata else []
    facts += [f"{key}: {value}" for key, value in metadata.items() if key not in _SAID_OTHERWISE]
    return [_short(in_one_line(fact)) for fact in facts[:_MOST]]


def _short(fact: str) -> str:
    return fact if len(fact) <= _LONGEST else f"{fact[:_LONGEST].rstrip()} …"
