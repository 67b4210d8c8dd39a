"""How an index was made. Two indexes with equal recipes are comparable; others are refused."""

import json
from dataclasses import asdict, dataclass

from corpus.errors import StoreError, UserError
from corpus.split import MIN_PASSAGE_TOKENS

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
SPLITTER = 2


@dataclass(frozen=True, slots=True)
class Recipe:
    """An index's configuration and its manifest.

    `passage_tokens` and `overlap_tokens` are tiktoken tokens; `title_tokens` bounds how much of a
    document's title is embedded before each of its passages (0: none). `splitter` is raised whenever the
    code that cuts passages changes what it yields.
    """

    embedder: str = DEFAULT_EMBEDDER
    passage_tokens: int = 200
    overlap_tokens: int = 32
    title_tokens: int = 32
    splitter: int = SPLITTER

    def __post_init__(self) -> None:
        if not self.embedder:
            raise UserError("the embedder has no name; give a model's name or folder with --embedder NAME")
        if not (self.passage_tokens >= MIN_PASSAGE_TOKENS and 0 <= 2 * self.overlap_tokens <= self.passage_tokens):
            raise UserError(
                f"passages of {self.passage_tokens} tokens with an overlap of {self.overlap_tokens} cannot be made; "
                f"choose at least {MIN_PASSAGE_TOKENS} tokens and an overlap of at most half of them"
            )

    def to_json(self) -> str:
        """As the catalog keeps it."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Raises StoreError for a recipe with settings that this version does not know."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise StoreError("the store was made by another version; delete it and sync again") from error

    def differences(self, other: "Recipe") -> str:
        """What differs, for a person: `passage_tokens 160 → 96`."""
        mine, theirs = asdict(self), asdict(other)
        return ", ".join(f"{key} {mine[key]} → {theirs[key]}" for key in mine if mine[key] != theirs[key])
