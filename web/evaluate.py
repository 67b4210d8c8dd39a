"""The Evaluate tab: saved runs to look at, walk through and compare, and measurements to make."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import gradio as gr

from corpus.errors import UserError
from eval.compare import benchmark_name
from eval.options import HELP
from eval.task import KINDS
from index.embed import SentenceEmbedder
from web.choices import BUNDLED, Choices
from web.comparison import comparison_html
from web.figures import figures_html
from web.measure import Wish, measurement
from web.misses import Walk, walk
from web.progress import Progress, notice_html, progress_html
from web.workbench import Workbench

AT_ONCE = 16
BUNDLED_LABEL = f"{BUNDLED} (the bundled gold set)"
NONE_YET = "Nothing was measured on this data set yet. Open “Measure” and begin."
TO_COMPARE = "Choose a second run of the same data set: every measure is compared question by question."
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}


@dataclass(frozen=True, slots=True)
class Looking:
    """What shows a run."""

    data_set: gr.Dropdown
    run: gr.Dropdown
    figures: gr.HTML
    state: gr.State
    back: gr.Button
    on: gr.Button
    position: gr.HTML
    miss: gr.HTML
    other: gr.Dropdown
    comparison: gr.HTML


@dataclass(frozen=True, slots=True)
class Measuring:
    """What makes a run."""

    kind: gr.Dropdown
    sample: gr.Number
    settings: gr.Textbox
    begin: gr.Button
    cancel: gr.Button
    progress: gr.HTML


def build_evaluate(tab: gr.Tab, choices: Choices) -> None:
    """Fill the tab; to be called within it."""
    with gr.Row(elem_id="choose"):
        data_set = gr.Dropdown(
            [(BUNDLED_LABEL, BUNDLED)], value=BUNDLED, label="Data set", interactive=True, elem_id="data-set"
        )
        run = gr.Dropdown([], label="Saved run", interactive=True, scale=2, elem_id="run")
    measuring = _measuring()
    with gr.Tabs(elem_id="views"):
        with gr.Tab("Figures"):
            figures = gr.HTML(notice_html(NONE_YET), elem_id="figures")
        with gr.Tab("Misses"):
            with gr.Row(elem_id="walk"):
                back = gr.Button("← Previous", size="sm", min_width=110, scale=0, elem_id="back")
                on = gr.Button("Next →", size="sm", min_width=110, scale=0, elem_id="on")
                position = gr.HTML(notice_html(NONE_YET), elem_id="position")
            miss = gr.HTML(elem_id="miss")
        with gr.Tab("Comparison"):
            other = gr.Dropdown([], label="Compare with", interactive=True, elem_id="other")
            comparison = gr.HTML(notice_html(TO_COMPARE), elem_id="comparison")
    looking = Looking(data_set, run, figures, gr.State(Walk()), back, on, position, miss, other, comparison)
    _connect_looking(tab, choices, looking)
    _connect_measuring(choices, looking, measuring)


def _measuring() -> Measuring:
    with gr.Accordion("Measure", open=False, elem_id="measure"):
        with gr.Row():
            kinds = [(f"{kind}: {HELP[kind]}", kind) for kind in KINDS]
            kind = gr.Dropdown(
                kinds, value=KINDS[-1], label="What to measure", interactive=True, scale=3, elem_id="kind"
            )
            sample = gr.Number(
                value=0,
                precision=0,
                minimum=0,
                label="Questions (0: all)",
                min_width=110,
                elem_id="sample",
            )
            settings = gr.Textbox(
                label="Settings",
                placeholder="passage_tokens=96 fusion=rrf",
                max_length=300,
                scale=2,
                elem_id="settings",
            )
        with gr.Row(elem_id="begin-row"):
            begin = gr.Button("Measure", variant="primary", min_width=110, scale=0, elem_id="begin")
            cancel = gr.Button("Cancel", min_width=110, scale=0, interactive=False, elem_id="cancel")
        progress = gr.HTML(elem_id="progress")
    return Measuring(kind, sample, settings, begin, cancel, progress)


def _connect_looking(tab: gr.Tab, choices: Choices, looking: Looking) -> None:
    def opened(data_set: str, run: str | None) -> tuple[Any, Any]:
        return gr.update(choices=_data_sets(choices)), _runs(choices, data_set, run)

    def compared(run: str | None, other: str | None) -> str:
        try:
            return comparison_html(choices.run(run), choices.run(other)) if run and other else notice_html(TO_COMPARE)
        except UserError as error:
            return notice_html(choices.plain(error))

    both, walked = [looking.data_set, looking.run], [looking.state, looking.position, looking.miss]
    tab.select(opened, both, both, **PRIVATE)
    looking.data_set.input(lambda name: _runs(choices, name), looking.data_set, looking.run, **PRIVATE)
    looking.run.change(
        lambda run, data_set: _shown(choices, run, data_set),
        [looking.run, looking.data_set],
        [looking.figures, *walked, looking.other, looking.comparison],
        **PRIVATE,
    )
    looking.back.click(lambda at: _walked(at.moved(-1)), looking.state, walked, **PRIVATE)
    looking.on.click(lambda at: _walked(at.moved(1)), looking.state, walked, **PRIVATE)
    looking.other.input(compared, [looking.run, looking.other], looking.comparison, **PRIVATE)


def _connect_measuring(choices: Choices, looking: Looking, measuring: Measuring) -> None:
    workbench, embedders = Workbench(), cache(SentenceEmbedder)

    def measure(
        data_set: object, kind: object, sample: object, settings: object, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        steps = measurement(choices, Wish(data_set, kind, sample, settings), embedders)
        try:
            run = yield from workbench.follow(_owner(request), steps, _under_way)
        except UserError as error:
            yield (notice_html(choices.plain(error)), *_buttons(is_busy=False), gr.skip(), gr.skip())
            return
        name = benchmark_name(run)
        yield (
            notice_html(f"measured: {run.name} is finished"),
            *_buttons(is_busy=False),
            gr.update(choices=_data_sets(choices), value=name),
            _runs(choices, name, run.name),
        )

    def cancel(request: gr.Request) -> None:
        workbench.cancel(_owner(request))

    measuring.begin.click(
        measure,
        [looking.data_set, measuring.kind, measuring.sample, measuring.settings],
        [measuring.progress, measuring.begin, measuring.cancel, looking.data_set, looking.run],
        concurrency_id="measuring",
        concurrency_limit=AT_ONCE,
        **PRIVATE | {"show_progress": "hidden"},
    )
    measuring.cancel.click(cancel, **PRIVATE | {"show_progress": "hidden"})


def _owner(request: gr.Request) -> str:
    """One visitor's page."""
    return str(request.session_hash)


def _under_way(progress: Progress) -> tuple[Any, ...]:
    return (progress_html(progress), *_buttons(is_busy=True), gr.skip(), gr.skip())


def _buttons(*, is_busy: bool) -> tuple[Any, Any]:
    """Measure and Cancel."""
    return gr.update(interactive=not is_busy), gr.update(interactive=is_busy)


def _shown(choices: Choices, run: str | None, data_set: str) -> tuple[Any, ...]:
    """Figures, misses, the runs to compare with, and no comparison yet."""
    try:
        found = choices.run(run) if run else None
        figures, at = (figures_html(found), walk(found)) if found else (notice_html(NONE_YET), Walk(NONE_YET))
    except UserError as error:
        message = choices.plain(error)
        figures, at = notice_html(message), Walk(message)
    others = [(label, name) for label, name in choices.runs_of(data_set) if name != run]
    return (figures, *_walked(at), gr.update(choices=others, value=None), notice_html(TO_COMPARE))


def _walked(at: Walk) -> tuple[Walk, str, str]:
    return at, at.position(), at.page()


def _data_sets(choices: Choices) -> list[tuple[str, str]]:
    return [(BUNDLED_LABEL if name == BUNDLED else name, name) for name in choices.data_sets()]


def _runs(choices: Choices, data_set: str, wanted: str | None = None) -> Any:
    """The data set's runs to choose from: the one wanted if it is among them, else the newest."""
    offered = choices.runs_of(data_set)
    names = [name for _, name in offered]
    return gr.update(choices=offered, value=wanted if wanted in names else next(iter(names), None))
