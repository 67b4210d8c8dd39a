"""A visitor's wish to a measurement: nothing that comes from the page is trusted."""

from collections.abc import Generator
from dataclasses import dataclass

from corpus.errors import DataError
from eval.perform import perform
from eval.saved import SavedRun
from eval.sets.load import load_benchmark
from eval.settings import Settings, settings_from
from eval.system import Embedders, Step
from eval.task import KINDS, Task, check_measurable
from web.choices import Choices

Steps = Generator[Step, None, SavedRun]

MOST = {"depth": 1000, "read": 50, "title_tokens": 200}
"""The largest values that the page may set: larger ones would keep the server from answering anybody."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor chose, as it came: a data set's name, a kind of measurement, how many questions, settings."""

    data_set: object
    kind: object
    sample: object = 0
    settings: object = ""


def measurement(choices: Choices, wish: Wish, embedders: Embedders) -> Steps:
    """The steps of what was wished for; the run, once it is finished. Raises UserError for what cannot be done."""
    path, settings = choices.file(wish.data_set), wished_settings(wish.settings)
    kind, sample = wish.kind, wish.sample or 0
    if kind not in KINDS:
        raise DataError(f"choose what to measure: {', '.join(KINDS)}")
    if not isinstance(sample, int) or sample < 0:
        raise DataError("a sample is a whole number of questions; leave it empty to ask all")
    yield Step("reading the data set", 0, 0)
    task = Task(str(kind), load_benchmark(str(path)), settings, sample=sample)
    check_measurable(task.kind, task.benchmark)
    return (yield from perform(task, choices.runs / task.name(), embedders=embedders))


def wished_settings(text: object) -> Settings:
    """`name=value` texts, between spaces. Raises DataError for what the page may not set."""
    words = text.split() if isinstance(text, str) else []
    if any(word.partition("=")[0] == "embedder" for word in words):
        raise DataError("the embedder cannot be set from the page; measure it with python -m eval on the server")
    settings = settings_from(words)
    for name, most in MOST.items():
        if not 0 <= getattr(settings, name) <= most:
            raise DataError(f"{name} can be set from 0 to {most:,} here; measure the rest with python -m eval")
    return settings
