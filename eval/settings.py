"""What may be set about the assistant that is measured, and swept: `name=value` on the command line."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import product

from corpus.errors import DataError
from index.recipe import Recipe
from rag.assistant import READ
from rag.fuse import Fusion

RECIPE, FUSION = Recipe(), Fusion()


@dataclass(frozen=True, slots=True)
class Settings:
    """The shipped assistant, unless something else is given.

    `embedder` to `title_tokens` are the index's recipe, `fusion` to `depth` are how searches are fused
    (rag/fuse.py), `read` is how many passages are read, and `threshold` the confidence from which an answer is
    given (-1: the fitted one).
    """

    embedder: str = RECIPE.embedder
    passage_tokens: int = RECIPE.passage_tokens
    overlap_tokens: int = RECIPE.overlap_tokens
    title_tokens: int = RECIPE.title_tokens
    fusion: str = FUSION.method
    dense: float = FUSION.dense
    lexical: float = FUSION.lexical
    document: float = FUSION.document
    whole: int = FUSION.whole
    depth: int = FUSION.depth
    read: int = READ
    threshold: float = -1.0

    def __post_init__(self) -> None:
        self.fused()
        self.recipe()
        if self.read < 1 or not (self.threshold == -1 or 0 <= self.threshold <= 1):
            raise DataError("read must be at least 1, and threshold between 0 and 1 (or -1: as fitted)")

    def recipe(self) -> Recipe:
        """The index's recipe. Raises UserError if there is none such."""
        return Recipe(self.embedder, self.passage_tokens, self.overlap_tokens, self.title_tokens)

    def fused(self) -> Fusion:
        """How searches are fused. Raises UserError if they cannot be."""
        return Fusion(self.fusion, self.dense, self.lexical, self.document, self.whole, self.depth)

    def label(self) -> str:
        """What differs from the shipped assistant: `passage_tokens=96 fusion=rrf`."""
        shipped = Settings()
        names = [field.name for field in fields(self)]
        changed = [f"{n}={getattr(self, n)}" for n in names if getattr(self, n) != getattr(shipped, n)]
        return " ".join(changed) or "as shipped"


def settings_from(texts: Sequence[str]) -> Settings:
    """Settings from `name=value` texts. Raises DataError for a name or a value that cannot be set."""
    changes: dict[str, str | int | float] = {}
    for text in texts:
        name, values = _values(text)
        if len(values) != 1:
            raise DataError(f"{text}: one value can be set; several are tried with --sweep")
        changes[name] = values[0]
    return _changed(Settings(), changes)


def grid(settings: Settings, sweeps: Sequence[str]) -> list[Settings]:
    """Every combination of the swept values, `name=value,value`; the last name varies fastest."""
    swept = dict(_values(text) for text in sweeps)
    return [_changed(settings, dict(zip(swept, values, strict=True))) for values in product(*swept.values())]


def _changed(settings: Settings, changes: dict[str, str | int | float]) -> Settings:
    return replace(settings, **changes)  # type: ignore[arg-type]  # values have their field's type


def _values(text: str) -> tuple[str, list[str | int | float]]:
    name, _, values = text.partition("=")
    types = {field.name: type(getattr(Settings(), field.name)) for field in fields(Settings)}
    if name not in types:
        raise DataError(f"{text}: there is no setting {name!r}; choose one of {', '.join(types)}")
    try:
        return name, [types[name](value) for value in values.split(",")]
    except ValueError as error:
        raise DataError(f"{text}: {name} takes values such as {getattr(Settings(), name)}") from error
