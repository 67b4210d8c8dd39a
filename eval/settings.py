"""What may be set about the assistant that is measured, and swept: `name=value` on the command line."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from itertools import product

from corpus.errors import DataError
from index.recipe import Recipe
from rag.assistant import READ
from rag.fuse import Fusion
from rag.rerank import RELEVANCE

RECIPE, FUSION = Recipe(), Fusion()
AS_SHIPPED = "as shipped"
Value = str | int | float


@dataclass(frozen=True, slots=True)
class Settings:
    """The shipped assistant, unless something else is given.

    `embedder` to `title_tokens` are the index's recipe, `fusion` to `depth` are how searches are fused
    (rag/fuse.py), `read` is how many passages are read, and `rerank` what the relevance seen then weighs beside
    the fused score (0: nothing). `threshold` is the confidence from which
    an answer is given (-1: the fitted one).
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
    lead: float = FUSION.lead
    feedback: float = FUSION.feedback
    depth: int = FUSION.depth
    read: int = READ
    rerank: float = RELEVANCE
    threshold: float = -1.0

    def __post_init__(self) -> None:
        self.fused()
        self.recipe()
        if self.read < 1 or not (self.threshold == -1 or 0 <= self.threshold <= 1):
            raise DataError("read must be at least 1, and threshold between 0 and 1 (or -1: as fitted)")
        if self.title_tokens < 0:
            raise DataError("title_tokens must be 0 (no title before its passages) or more")

    def recipe(self) -> Recipe:
        """The index's recipe. Raises UserError if there is none such."""
        return Recipe(self.embedder, self.passage_tokens, self.overlap_tokens, self.title_tokens)

    def fused(self) -> Fusion:
        """How searches are fused. Raises UserError if they cannot be."""
        weights = self.dense, self.lexical, self.document
        return Fusion(self.fusion, *weights, self.whole, self.lead, self.feedback, self.depth)

    def label(self, always: Container[str] = ()) -> str:
        """What differs from the shipped assistant, and some names always: `passage_tokens=96 fusion=rrf`."""
        shipped = Settings()
        names = [field.name for field in fields(self)]
        changed = [f"{n}={getattr(self, n)}" for n in names if n in always or getattr(self, n) != getattr(shipped, n)]
        return " ".join(changed) or AS_SHIPPED


def settings_from(texts: Sequence[str]) -> Settings:
    """Settings from `name=value` texts. Raises DataError for a name or a value that cannot be set."""
    changes: dict[str, Value] = {}
    for text in texts:
        name, value = _named(text, changes)
        changes[name] = _value(text, name, value, "takes one value")
    return _changed(Settings(), changes)


def grid(settings: Settings, sweeps: Sequence[str]) -> list[Settings]:
    """Every combination of the swept values, `name=value,value`, once; the last name varies fastest.

    A setting that is swept takes the swept values whatever `settings` says. Raises DataError as `settings_from`.
    """
    swept: dict[str, list[Value]] = {}
    for text in sweeps:
        name, values = _named(text, swept)
        swept[name] = [_value(text, name, value, "takes values") for value in values.split(",")]
    points = [_changed(settings, dict(zip(swept, values, strict=True))) for values in product(*swept.values())]
    return list(dict.fromkeys(points))


def _changed(settings: Settings, changes: Mapping[str, Value]) -> Settings:
    return replace(settings, **changes)  # type: ignore[arg-type]  # values have their field's type


def _named(text: str, known: Container[str]) -> tuple[str, str]:
    """The name and what it is set to; DataError for a name that there is not, or that is known already."""
    name, _, value = (part.strip() for part in text.partition("="))
    names = [field.name for field in fields(Settings)]
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(names)}"
        raise DataError(f"{text}: there is no setting {name!r}; {hint}")
    if name in known:
        raise DataError(f"{text}: {name} is given twice; give it once, to --sweep with commas between its values")
    return name, value


def _value(text: str, name: str, value: str, takes: str) -> Value:
    shipped: Value = getattr(Settings(), name)
    try:
        if not value.strip():
            raise ValueError(value)
        return type(shipped)(value.strip())
    except ValueError as error:
        raise DataError(f"{text}: {name} {takes} such as {shipped}; --sweep tries several, with commas") from error
