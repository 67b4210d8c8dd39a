"""Two runs, question by question: what differs, by how much, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from corpus.errors import DataError
from eval.measures.paired import bootstrap_interval, holm, randomization_test, wins_losses_ties
from eval.saved import Record, SavedRun
from eval.settings import AS_SHIPPED
from eval.show import changed_settings
from eval.task import SEED

SURE_BELOW = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure over the questions that both runs score.

    `change` is the second's mean less the first's; `low` and `high` bound it (95 %, bootstrap); `p` is that of the
    paired randomization test, adjusted for all measures compared (Holm).
    """

    measure: str
    first: float
    second: float
    low: float
    high: float
    p: float
    wins: int
    losses: int
    ties: int

    @property
    def change(self) -> float:
        return self.second - self.first

    @property
    def is_sure(self) -> bool:
        """Whether so large a difference is unlikely to be chance."""
        return self.p < SURE_BELOW


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that the runs score differently by the first's main measure."""

    id: str
    first: float
    second: float


def compare(first: SavedRun, second: SavedRun) -> list[Difference]:
    """Every measure that both have, the first's order. Raises DataError if they asked different questions."""
    if hashes(first) != hashes(second):
        raise DataError(
            f"{first.name} and {second.name} measured different data ({benchmark_name(first)}, "
            f"{benchmark_name(second)}); compare runs on the same benchmark"
        )
    shared = [name for name in first.scores if name in second.scores and _both(first, second, name)]
    if not shared:
        raise DataError(f"{first.name} and {second.name} have no measure in common")
    found = [_difference(name, *_pairs(first, second, name)) for name in shared]
    adjusted = holm([each.p for each in found])
    return [replace(each, p=p) for each, p in zip(found, adjusted, strict=True)]


def changed(first: SavedRun, second: SavedRun) -> list[Changed]:
    """The questions whose main measure differs, the largest loss first, then down to the largest gain."""
    measure = first.main_measure
    both = _both(first, second, measure)
    found = [Changed(i, first.scores[measure][i], second.scores[measure][i]) for i in both]
    return sorted((each for each in found if each.first != each.second), key=lambda c: (c.second - c.first, c.id))


def records_of(run: SavedRun, ids: set[str]) -> dict[str, Record]:
    """The records of some questions, by id."""
    return {each["id"]: each for each in run.records() if each["id"] in ids}


def hashes(run: SavedRun) -> Mapping[str, str]:
    """What the run's data were: SHA-256 by file."""
    return dict(run.manifest["benchmark"]["sha256"])


def benchmark_name(run: SavedRun) -> str:
    return str(run.manifest["benchmark"]["name"])


def comparison_lines(
    first: SavedRun, second: SavedRun, differences: Sequence[Difference], questions: Sequence[Changed], most: int = 10
) -> Iterator[str]:
    """For a terminal, what was found to differ: the table, then the questions that changed most."""
    yield f"A  {first.name}: {changed_settings(first.manifest) or AS_SHIPPED}"
    yield f"B  {second.name}: {changed_settings(second.manifest) or AS_SHIPPED}"
    yield from _shared_questions(first, second)
    yield ""
    yield f"{'measure':28} {'A':>7} {'B':>7} {'B-A':>8}  {'95 % of B-A':>18} {'p':>7}   B better/worse/same"
    for each in differences:
        yield (
            f"{each.measure:28} {each.first:7.4f} {each.second:7.4f} {each.change:+8.4f}  "
            f"[{each.low:+.4f}, {each.high:+.4f}] {each.p:7.4f} {'*' if each.is_sure else ' '} "
            f"{each.wins}/{each.losses}/{each.ties}"
        )
    yield ""
    yield "* unlikely to be chance: p below 0.05 by a paired randomization test, adjusted for all measures (Holm);"
    yield "  the interval is of its measure alone, so that it may leave out 0 where p says that chance would do as well"
    yield f"{len(questions)} questions changed by {first.main_measure}"
    shown = questions if len(questions) <= 2 * most else [*questions[:most], *questions[-most:]]
    records = records_of(first, {each.id for each in shown})
    for question in shown:
        text = " ".join(records[question.id]["question"].split()) if question.id in records else ""
        yield f"  {question.first:.3f} → {question.second:.3f}  {question.id}  {text[:90]}"


def _shared_questions(first: SavedRun, second: SavedRun) -> Iterator[str]:
    """How many questions are compared, if one of the runs asked more."""
    measure = first.main_measure
    asked = [len(run.scores.get(measure, {})) for run in (first, second)]
    both = len(_both(first, second, measure))
    if set(asked) != {both}:
        yield f"compared on the {both:,} questions that both asked: A asked {asked[0]:,}, B {asked[1]:,}"


def _both(first: SavedRun, second: SavedRun, measure: str) -> list[str]:
    other = second.scores.get(measure, {})
    return [i for i in first.scores.get(measure, {}) if i in other]


def _pairs(first: SavedRun, second: SavedRun, measure: str) -> tuple[list[float], list[float]]:
    both = _both(first, second, measure)
    return [first.scores[measure][i] for i in both], [second.scores[measure][i] for i in both]


def _difference(measure: str, first: list[float], second: list[float]) -> Difference:
    low, high = bootstrap_interval(second, first, seed=SEED)
    p = randomization_test(second, first, seed=SEED)
    wins, losses, ties = wins_losses_ties(second, first)
    return Difference(measure, fmean(first), fmean(second), low, high, p, wins, losses, ties)
