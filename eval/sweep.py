"""A grid of settings, measured one after the other: which is best, and which are surely worse than it."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.measures.paired import holm, randomization_test
from eval.perform import RUNS, perform
from eval.saved import SavedRun
from eval.settings import Settings
from eval.system import Embedders, Step
from eval.task import Task
from index.embed import SentenceEmbedder

SEED = 7
SURE_BELOW = 0.05


@dataclass(frozen=True, slots=True)
class Tried:
    """One point of the grid; `p` is that of its difference from the best (adjusted, Holm), 1 for the best itself."""

    settings: Settings
    run: SavedRun
    p: float
    is_best: bool

    @property
    def verdict(self) -> str:
        if self.is_best:
            return "best"
        return "worse" if self.p < SURE_BELOW else "not surely worse"


def sweep(
    task: Task,
    points: Sequence[Settings],
    runs: Path = RUNS,
    again: bool = False,
    embedders: Embedders = SentenceEmbedder,
) -> Generator[Step, None, list[Tried]]:
    """Measure every point step by step, each into a run folder of its own; the grid with its best.

    Points that share a recipe share an index, so that only what the recipe changes is embedded again.
    """
    measured = []
    for number, settings in enumerate(points, start=1):
        one = replace(task, settings=settings)
        steps = perform(one, runs / one.name(), again=again, embedders=embedders)
        run = yield from _numbered(steps, f"{number} of {len(points)}, {settings.label()}")
        measured.append((settings, run))
    return _judged(measured)


def sweep_lines(tried: Sequence[Tried], most: int = 5) -> Iterator[str]:
    """For a terminal: a line for each point in the order tried, with the main measure first."""
    if not tried:
        return
    names = list(dict.fromkeys([tried[0].run.main_measure, *tried[0].run.figures]))
    names = [name for name in names if name != "questions" and name in tried[0].run.figures][:most]
    width = max(len(each.settings.label()) for each in tried)
    yield f"{'':{width}}  {'  '.join(f'{name:>12}' for name in names)}   p against the best"
    for each in tried:
        values = "  ".join(f"{each.run.figures[name]:12.4f}" for name in names)
        yield f"{each.settings.label():{width}}  {values}   {'' if each.is_best else f'{each.p:.4f} '}{each.verdict}"
    yield ""
    yield f"by {names[0]}; worse: p below 0.05, paired randomization test adjusted for all points (Holm)"
    yield from (f"{each.settings.label()}: {each.run.folder}" for each in tried)


def _numbered(steps: Generator[Step, None, SavedRun], label: str) -> Generator[Step, None, SavedRun]:
    """The same steps, saying of which point they are."""
    while True:
        try:
            step = next(steps)
        except StopIteration as finished:
            run: SavedRun = finished.value
            return run
        yield replace(step, stage=f"{step.stage} ({label})")


def _judged(measured: Sequence[tuple[Settings, SavedRun]]) -> list[Tried]:
    if not measured:
        return []
    main = measured[0][1].main_measure
    best = max(range(len(measured)), key=lambda i: measured[i][1].figures.get(main, 0.0))
    wanted = measured[best][1].scores.get(main, {})
    others = [i for i in range(len(measured)) if i != best]
    p_values = [_p(wanted, measured[i][1].scores.get(main, {})) for i in others]
    adjusted = dict(zip(others, holm(p_values), strict=True))
    return [Tried(*each, adjusted.get(i, 1.0), i == best) for i, each in enumerate(measured)]


def _p(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    both = [i for i in first if i in second]
    return randomization_test([first[i] for i in both], [second[i] for i in both], seed=SEED)
