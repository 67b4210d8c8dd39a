"""`python -m eval …`: measure the assistant, compare and sweep measurements, and report them."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path

from corpus.edge import exit_status, warn
from corpus.errors import DataError
from eval.gate import FAILED, POSSIBLE, check_known, limits, shortfalls
from eval.options import command_line
from eval.saved import SavedRun, load_run, saved_runs
from eval.sets.beir import DEFAULT_SPLIT
from eval.settings import AS_SHIPPED, Settings, grid, settings_from
from eval.task import KINDS, Task, check_measurable


def main(arguments: list[str]) -> int:
    """The exit status: 1 if a figure is worse than its `--fail-under`."""
    options = command_line().parse_args(arguments)
    if options.command in KINDS:
        return _measure(options)
    commands = {
        "compare": _compare, "report": _report, "worst": _worst, "runs": _runs, "results": _results, "speed": _speed,
    }  # fmt: skip
    return commands[options.command](options)


def _measure(options: argparse.Namespace) -> int:
    """What is wrong with the command line is said before anything is measured."""
    from eval.perform import perform
    from eval.progress import followed
    from eval.show import run_lines

    wanted = limits(options.fail_under)
    check_known(wanted, POSSIBLE[options.command])
    settings = settings_from(options.set)
    points = grid(settings, options.sweep) if options.sweep else []
    if points and (options.out or options.run or options.store):
        raise DataError("--sweep makes a run and an index for every point: leave out --out, --run and --store")
    if options.run:
        _check_folder(options.run)
    task = _task(options, settings)
    if points:
        return _sweep(options, task, points, wanted)
    run = followed(perform(task, options.out or options.runs / task.name(), options.store, options.again))
    if options.run:
        options.run.write_bytes((run.folder / "run.trec").read_bytes())
    _print([json.dumps(run.figures, ensure_ascii=False)] if options.json else run_lines(run))
    return _gate(wanted, [run])


def _task(options: argparse.Namespace, settings: Settings) -> Task:
    from eval.sets.gold import SAMPLE
    from eval.sets.load import load_benchmark

    benchmark = load_benchmark(options.data or str(SAMPLE), options.split, options.corpus)
    check_measurable(options.command, benchmark)
    source = ["--questions" if options.command == "gold" else "--data", options.data] if options.data else []
    source += ["--split", options.split] if options.split != DEFAULT_SPLIT else []
    source += ["--corpus", str(options.corpus)] if options.corpus else []
    asked = (options.depth, options.budget, options.given, options.sample)
    return Task(options.command, benchmark, settings, *asked, tuple(source))


def _sweep(options: argparse.Namespace, task: Task, points: Sequence[Settings], wanted: Mapping[str, float]) -> int:
    from eval.progress import followed
    from eval.sweep import sweep, sweep_lines

    tried = followed(sweep(task, points, options.runs, options.again))
    rows = [
        {"run": each.run.name, "settings": asdict(each.settings), "figures": each.run.figures, "p": each.p,
         "verdict": each.verdict}
        for each in tried
    ]  # fmt: skip
    _print([json.dumps(rows, ensure_ascii=False)] if options.json else sweep_lines(tried))
    return _gate(wanted, [each.run for each in tried if each.is_best])


def _compare(options: argparse.Namespace) -> int:
    from eval.compare import changed, compare, comparison_lines

    wanted = limits(options.fail_under)
    first, second = _found(options, options.first), _found(options, options.second)
    differences, questions = compare(first, second), changed(first, second)
    as_json = {"measures": [asdict(each) for each in differences], "changed": [asdict(each) for each in questions]}
    lines = comparison_lines(first, second, differences, questions)
    _print([json.dumps(as_json, ensure_ascii=False)] if options.json else lines)
    return _gate(wanted, [second])


def _report(options: argparse.Namespace) -> int:
    from eval.report import write_report

    wanted = limits(options.fail_under)
    runs = [_found(options, name) for name in options.run]
    path = options.out or runs[0].folder / "report.html"
    write_report(runs, path)
    print(json.dumps({"report": str(path)}) if options.json else path)
    return _gate(wanted, runs)


def _worst(options: argparse.Namespace) -> int:
    from eval.show import worst_lines
    from eval.worst import worst_questions

    wanted = limits(options.fail_under)
    run = _found(options, options.run)
    rows = [
        {"score": each.score, "why": list(each.why), **each.record} for each in worst_questions(run, options.n).misses
    ]
    _print([json.dumps(rows, ensure_ascii=False)] if options.json else worst_lines(run, options.n))
    return _gate(wanted, [run])


def _runs(options: argparse.Namespace) -> int:
    from eval.show import changed_settings

    wanted = limits(options.fail_under)
    runs = saved_runs(options.runs, lambda error: warn(f"left out: {error}"))
    rows = [
        {"run": run.name, "measure": run.main_measure, "figure": run.figures.get(run.main_measure),
         "settings": changed_settings(run.manifest) or AS_SHIPPED}
        for run in runs
    ]  # fmt: skip
    lines = [
        f"{row['run']:44} {row['measure']:12} {'–' if row['figure'] is None else format(row['figure'], '.4f'):7} "
        f"{row['settings']}"
        for row in rows
    ]
    none = f"{options.runs}: holds no finished run; make one with python -m eval retrieval --data DATA"
    _print([json.dumps(rows, ensure_ascii=False)] if options.json else lines or [none])
    return _gate(wanted, runs)


def _results(options: argparse.Namespace) -> int:
    from eval.results import RESULTS, write_results

    _check_folder(options.out or RESULTS)
    print(write_results(options.data, options.out))
    return 0


def _speed(options: argparse.Namespace) -> int:
    if options.what == "serve":
        return _serve(options)
    from eval.reading import reading_speed
    from eval.speed import QUESTION, ask_speed, start_speed
    from eval.syncing import sync_ratios
    from rag.build import build_assistant

    if options.what != "sync":
        assistant = build_assistant(options.corpus, options.store)
        print(ask_speed(assistant))
        print(reading_speed(assistant, QUESTION))
        print(start_speed())
    if options.what != "ask":
        with tempfile.TemporaryDirectory() as folder:
            _print(map(str, sync_ratios(Path(folder))))
    return 0


def _serve(options: argparse.Namespace) -> int:
    """The store is made in a folder that goes away again, unless one is named."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in the server; must be said before torch is imported
    from eval.serve import serve_line, serve_speed
    from eval.steady import held_line, steadiness

    if options.requests:
        given = {"--corpus": options.corpus, "--store": options.store}
        words = [word for name, path in given.items() if path for word in (name, str(path))]
        _print(map(held_line, steadiness(options.requests, words)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        served = serve_speed(options.store or Path(folder) / "store", options.passages, options.seconds)
        _print(map(serve_line, served))
    return 0


def _found(options: argparse.Namespace, name: str) -> SavedRun:
    """A run by its folder, or by its name among those that are kept."""
    folder = next((each for each in (Path(name), options.runs / name) if each.is_dir()), None)
    if folder is None:
        kept = [each.name for each in sorted(options.runs.glob("*/"))]
        near = [each for each in kept if each.startswith(name)] or get_close_matches(name, kept)
        hint = f"did you mean {' or '.join(near[:3])}?" if near else "python -m eval runs lists those that there are"
        raise DataError(f"{name}: there is no such run; {hint}")
    return load_run(folder)


def _check_folder(path: Path) -> None:
    """Raises DataError if no file can be written there."""
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise DataError(f"{path}: cannot be written there; give a file in a folder that there is")


def _gate(wanted: Mapping[str, float], runs: Sequence[SavedRun]) -> int:
    found = [text for run in runs for text in shortfalls(wanted, run.figures)]
    for text in found:
        warn(text)
    return FAILED if found else 0


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
