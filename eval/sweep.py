"""A grid of settings, measured one after the other: which is best, and which are surely worse than it."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from corpus.errors import DataError
from eval.compare import SURE_BELOW
from eval.measures.paired import holm, randomization_test
from eval.perform import RUNS, perform
from eval.saved import SavedRun
from eval.settings import Settings
from eval.system import Embedders, Step
from eval.task import SEED, Task
from index.embed import SentenceEmbedder
from index.write import check_room


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

    Points that share a recipe share an index, so that only what the recipe changes is embedded again; a model is
    loaded once. Passages that no model could read are refused before anything is measured.
    """
    embedders, measured = cache(embedders), []
    for settings in points:
        check_room(settings.recipe(), embedders(settings.embedder))
    for number, settings in enumerate(points, start=1):
        one = replace(task, settings=settings)
        steps = perform(one, runs / one.name(), again=again, embedders=embedders)
        run = yield from _numbered(steps, f"{number} of {len(points)}, {settings.label(_varied(points))}")
        if not run.main_measure:
            raise DataError(f"{task.benchmark.name}: nothing is known that {task.kind} could be compared by")
        measured.append((settings, run))
    return _judged(measured)


def sweep_lines(tried: Sequence[Tried], most: int = 5) -> Iterator[str]:
    """For a terminal: a line for each point in the order tried, with the main measure first."""
    if not tried:
        return
    found = dict.fromkeys([tried[0].run.main_measure, *(name for each in tried for name in each.run.figures)])
    names = [name for name in found if name != "questions"][:most]
    varied = _varied([each.settings for each in tried])
    labels = [each.settings.label(varied) for each in tried]
    width = max(map(len, labels))
    yield f"{'':{width}}  {'  '.join(f'{name:>12}' for name in names)}   p against the best"
    for label, each in zip(labels, tried, strict=True):
        values = "  ".join(_cell(each.run.figures, name) for name in names)
        yield f"{label:{width}}  {values}   {'' if each.is_best else f'{each.p:.4f} '}{each.verdict}"
    yield ""
    yield f"by {names[0]}; worse: p below 0.05, paired randomization test adjusted for all points (Holm)"
    yield from (f"{label}: {each.run.folder}" for label, each in zip(labels, tried, strict=True))


def _varied(points: Sequence[Settings]) -> set[str]:
    """The settings that are not the same at all points."""
    values = [asdict(each) for each in points]
    return {name for name in values[0] if len({each[name] for each in values}) > 1}


def _cell(figures: Mapping[str, float], name: str) -> str:
    """As wide as its heading; empty where a run has no such figure."""
    return f"{f'{figures[name]:.4f}' if name in figures else '':>{max(12, len(name))}}"


def _numbered(steps: Generator[Step, None, SavedRun], label: str) -> Generator[Step, None, SavedRun]:
    """The same steps, saying of which point they are."""
    with closing(steps):
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
