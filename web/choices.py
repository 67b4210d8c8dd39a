"""What a visitor of the page may choose: data sets and saved runs, by name. No path ever comes from the page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from corpus.errors import DataError
from eval.explain import written
from eval.perform import RUNS
from eval.saved import FIGURES, SavedRun, load_run
from eval.sets.gold import SAMPLE
from eval.show import changed_settings
from index.place import ROOT

BUNDLED = SAMPLE.stem


@dataclass(frozen=True, slots=True)
class Summary:
    """A saved run as a list shows it; `saved` is when it was finished, in seconds since 1970."""

    name: str
    data_set: str
    label: str
    saved: float


@dataclass(frozen=True, slots=True)
class Choices:
    """`data` are the files of the data sets that can be measured, by name; `runs` is the folder of saved runs."""

    data: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({BUNDLED: SAMPLE}))
    runs: Path = RUNS

    def data_sets(self) -> list[str]:
        """Those that can be measured, then those that only saved runs know."""
        return list(dict.fromkeys([*self.data, *sorted(each.data_set for each in self.summaries())]))

    def summaries(self) -> list[Summary]:
        """Every finished run, newest first; those whose figures cannot be read are left out."""
        found = [_summary(path) for path in self.runs.glob(f"*/{FIGURES}")]
        return sorted((each for each in found if each), key=lambda each: (-each.saved, each.name))

    def runs_of(self, data_set: object) -> list[tuple[str, str]]:
        """(label, name) of its runs, newest first."""
        return [(each.label, each.name) for each in self.summaries() if each.data_set == data_set]

    def file(self, data_set: object) -> Path:
        """Raises DataError for what is not offered."""
        if not isinstance(data_set, str) or data_set not in self.data:
            raise DataError(
                f"the files of {str(data_set)!a:.80} are not offered here: start the page with --data and their folder"
            )
        return self.data[data_set]

    def run(self, name: object) -> SavedRun:
        """Raises DataError for a run that is not there, or is damaged."""
        known = {path.parent.name: path.parent for path in self.runs.glob(f"*/{FIGURES}")}
        if not isinstance(name, str) or name not in known:
            raise DataError(f"there is no finished run {str(name)!a:.80}; choose one from the list")
        return load_run(known[name])

    def plain(self, error: Exception) -> str:
        """Its message without the server's folders, which are nobody's business."""
        folders = {path.parent for path in self.data.values()} | {self.runs, self.runs.resolve(), ROOT}
        text = str(error)
        for folder in sorted(map(str, folders), key=len, reverse=True):
            text = text.replace(f"{folder}/", "")
        return text


def choices(data: Path | None = None, runs: Path | None = None) -> Choices:
    """The bundled gold set, and the data sets directly below a folder. Raises DataError if there is none."""
    offered = sorted(data.iterdir()) if data and data.is_dir() else []
    found = {each.stem if each.is_file() else each.name: each for each in offered if _may_be_data(each)}
    if data and not found:
        raise DataError(f"{data}: holds no data set; give the folder that has data sets directly below it")
    if BUNDLED in found:
        raise DataError(f"{found[BUNDLED]}: is named as the bundled gold set is; rename it")
    return Choices({BUNDLED: SAMPLE} | found, runs or RUNS)


def _may_be_data(path: Path) -> bool:
    """A folder with JSON in it, or a JSON file; loading it would tell for sure, and take too long."""
    if path.name.startswith(".") or not path.name.isprintable():
        return False
    if path.is_dir():
        return any(each.suffix in (".json", ".jsonl") for each in path.iterdir())
    return path.suffix == ".json"


def _summary(figures: Path) -> Summary | None:
    try:
        manifest = json.loads(figures.read_text(encoding="utf-8"))
        data_set = str(manifest["benchmark"]["name"])
        saved = figures.stat().st_mtime
        return Summary(figures.parent.name, data_set, _label(manifest, saved), saved)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _label(manifest: Mapping[str, Any], saved: float) -> str:
    """`gold · right 0.900 · of 80 · passage_tokens=96 · 12 May 14:02`."""
    measure = manifest["main_measure"]
    parts = [
        str(manifest["kind"]),
        f"{measure} {written(measure, manifest['figures'][measure])}" if measure else "",
        f"of {manifest['benchmark']['questions']:,}",
        changed_settings(manifest),
        f"{datetime.fromtimestamp(saved):%d %b %H:%M}",
    ]
    return " · ".join(part for part in parts if part)
