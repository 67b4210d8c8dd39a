"""The report of saved runs: one page, of foreign text."""

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import DataError
from eval.report import report_html, write_report
from eval.saved import SavedRun, load_run
from eval.template import flat
from eval.worst import worst_questions
from tests.made_records import made_hit, made_record, made_said

_SKY = {"name": "sky", "documents": 3, "questions": 2, "sha256": {"sky.jsonl": "ab12"}}
_CURVES = {
    "recall by depth": [[1, 0.5], [10, 1.0]],
    "risk–coverage": [[0.5, 0.0], [1.0, 0.4]],
    "reliability": [[0.2, 0.1, 4], [0.9, 0.8, 6]],
}


class _Page(HTMLParser):
    """The tags, ids and addresses of a page, and its text without its style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.headings: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), f"{tag} has {name}"
            self.ids += [value or ""] if name == "id" else []
            self.addresses += [value or ""] if name in ("src", "href", "action", "data", "srcset", "poster") else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.text += data


def _run(folder: Path, records: Mapping[str, float] | None = None, **changes: Any) -> SavedRun:
    """A run whose questions have these scores; `lines` gives its records another form."""
    scores = records if records is not None else {"q1": 0.5, "q2": 0.25}
    lines = changes.pop("lines", None) or [made_record(each) for each in scores]
    timings = changes.pop("timings", [{"embed": 5.0, "search": 1.5, "total": 6.5}])
    manifest = {
        "kind": "retrieval", "benchmark": _SKY, "figures": {"questions": 2, "nDCG@10": 0.375}, "curves": _CURVES,
        "main_measure": "nDCG@10", "recipe": {"embedder": "minilm"}, "settings": {"fusion": "sum"}, "seed": 7,
        "versions": {"python": "3.11"}, "command": "python -m eval retrieval --data sky",
    } | changes  # fmt: skip
    folder.mkdir(parents=True)
    (folder / "figures.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "scores.json").write_text(json.dumps({"nDCG@10": scores}), encoding="utf-8")
    (folder / "answers.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    timed = "".join(json.dumps({"id": "q", "timings_ms": each}) + "\n" for each in timings)
    (folder / "timings.jsonl").write_text(timed, encoding="utf-8")
    return load_run(folder)


def _best(page: str) -> dict[str, list[str]]:
    """Figure to the values that are marked as the best of it."""
    rows = re.findall(r'<th scope="row"><span class="name"><span>([^<]*)</span>(.*?)</tr>', page, re.DOTALL)
    marked = {name: re.findall(r'<td class="best">([^<]*)<', cells) for name, cells in rows}
    return {name: values for name, values in marked.items() if values}


def test_a_page_says_what_was_measured_and_how_to_repeat_it(tmp_path: Path) -> None:
    text = " ".join(_Page(report_html([_run(tmp_path / "sky-1")])).text.split())
    assert "given 3 documents and asked 2 questions of the benchmark sky" in text
    assert "python -m eval retrieval --data sky" in text
    assert "how near the first 10 documents are to the ideal order" in text
    for made in ("minilm", "fusion", "3.11", "ab12"):
        assert made in text
    assert "python -m eval compare" not in text


def test_a_page_asks_for_nothing_from_outside(tmp_path: Path) -> None:
    page = report_html([_run(tmp_path / "a"), _run(tmp_path / "b")])
    parsed = _Page(page)
    assert parsed.addresses and all(each.startswith("#") for each in parsed.addresses)
    assert all(each.startswith("#") for each in re.findall(r"url\(([^)]*)\)", page))
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(parsed.tags)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert "@import" not in page


def test_ids_are_unique_and_headings_in_order(tmp_path: Path) -> None:
    parsed = _Page(report_html([_run(tmp_path / "a"), _run(tmp_path / "b", benchmark=_SKY | {"name": "sea"})]))
    assert parsed.tags.count("svg") == 8
    assert len(parsed.ids) == len(set(parsed.ids)) > 8
    assert parsed.headings[0] == 1 and parsed.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(parsed.headings, parsed.headings[1:], strict=False))


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    runs = [_run(tmp_path / "a"), _run(tmp_path / "b")]
    write_report(runs, tmp_path / "reports" / "one.html")
    write_report([load_run(run.folder) for run in runs], tmp_path / "reports" / "two.html")
    assert (tmp_path / "reports" / "one.html").read_bytes() == (tmp_path / "reports" / "two.html").read_bytes()
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["one.html", "two.html"]


def test_where_a_run_lies_stays_out_of_the_page(tmp_path: Path) -> None:
    assert str(tmp_path) not in report_html([_run(tmp_path / "a"), _run(tmp_path / "b")])


_HOSTILE = [
    "<script>alert(1)</script>", "]]></style><img src=x onerror=x()>", "\"'><b onclick=x>", "</details></main><h1>",
    "{{ 7 * 7 }}{% raw %}", "\u202eتجربة", "lone \ud800 half", "nul \x00 bell \x07", "<!-- <!DOCTYPE", "&lt;i&gt;",
]  # fmt: skip


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_foreign_text_never_becomes_part_of_the_page(tmp_path: Path, hostile: str) -> None:
    def page(text: str, folder: Path) -> str:
        wanted = {
            "answers": [[text, text]],
            "documents": [{"document_id": text, "title": text, "grade": 1, "ranks": {text: 3}}],
            "evidence": [{"document_id": text, "start": 0, "end": 4, "quote": text}],
        }
        record = made_record("q1", wanted=wanted, **made_said(text, text, abstained=True), history=[text])
        hits = [made_hit(text, text=text, ranks={text: 3, "dense": 1})]
        record |= {"question": text, "standalone_question": text + "!", "kind": text, "hits": hits}
        run = _run(
            folder, {"q1": 0.0}, lines=[record], timings=[{text: 3.0, "embed": 1.0}], command=text, code={text: [text]},
            benchmark=_SKY | {"name": text, "sha256": {text: text}}, figures={text: 0.5, "nDCG@10": 0.5}, kind=text,
            recipe={text: {text: text}}, settings={"fusion": text}, versions={text: text}, seed=text,
        )  # fmt: skip
        return report_html([run, run])

    harmless, attacked = _Page(page("plain", tmp_path / "a" / "run")), _Page(page(hostile, tmp_path / "b" / "run"))
    assert attacked.tags == harmless.tags
    assert attacked.addresses == harmless.addresses
    shown = re.sub(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", "\ufffd", hostile)
    assert attacked.text.count(shown[:15]) == harmless.text.count("plain") > 20  # a chart cuts a stage's name
    write_report([load_run(tmp_path / "b" / "run")], tmp_path / "page.html")
    assert ("\ufffd" in (tmp_path / "page.html").read_text(encoding="utf-8")) == (shown != hostile)


def test_a_run_is_named_as_its_folder_even_if_that_is_hostile(tmp_path: Path) -> None:
    parsed = _Page(report_html([_run(tmp_path / "<b>$x_1^"), _run(tmp_path / "_b")]))
    assert "b" not in parsed.tags
    assert parsed.text.count("<b>$x_1^") > 4


def test_the_best_of_a_row_is_the_lowest_where_lower_is_better(tmp_path: Path) -> None:
    first = {"questions": 3, "nDCG@10": 0.7, "AURC": 0.2, "ECE": 0.1, "F1": 0.50001, "AP, last turn": 0.3, "odd": 1}
    second = {"questions": 2, "nDCG@10": 0.8, "AURC": 0.3, "Brier": 0.1, "F1": 0.50002, "AP, last turn": 0.2, "odd": 2}
    page = report_html([_run(tmp_path / "a", figures=first), _run(tmp_path / "b", figures=second)])
    assert _best(page) == {"nDCG@10": ["0.800"], "AURC": ["0.200"], "AP, last turn": ["0.300"]}


def test_nothing_is_best_among_one(tmp_path: Path) -> None:
    assert _best(report_html([_run(tmp_path / "a")])) == {}


def test_a_figure_that_is_not_defined_is_a_dash(tmp_path: Path) -> None:
    runs = [_run(tmp_path / "a", figures={"nDCG@10": float("nan")}), _run(tmp_path / "b", figures={"AP": None})]
    page = report_html(runs)
    assert page.count("<td>–") == 4


def test_runs_of_different_benchmarks_are_not_compared(tmp_path: Path) -> None:
    runs = [_run(tmp_path / "a"), _run(tmp_path / "b", benchmark=_SKY | {"name": "sea"}, figures={"nDCG@10": 0.9})]
    page = report_html(runs)
    assert _best(page) == {} and page.count('<table class="figures">') == 2
    assert "python -m eval compare" not in page
    assert "Measured on <bdi>sky, sea</bdi>" in page


def test_runs_on_the_same_benchmark_are_told_apart_by_what_differs(tmp_path: Path) -> None:
    text = _Page(report_html([_run(tmp_path / "a"), _run(tmp_path / "b", settings={"fusion": "rrf"})])).text
    assert "(fusion sum)" in text and "(fusion rrf)" in text
    assert "python -m eval compare a b" in text


def test_two_runs_of_one_name_are_both_drawn(tmp_path: Path) -> None:
    page = report_html([_run(tmp_path / "x" / "sky"), _run(tmp_path / "y" / "sky")])
    assert "sky (2)" in _Page(page).text


def test_a_run_without_curves_timings_and_versions_is_reported(tmp_path: Path) -> None:
    run = _run(tmp_path / "bare", {}, timings=[])
    bare = {"kind": "x", "benchmark": {"name": "b", "documents": 1, "questions": 1}, "main_measure": ""}
    (run.folder / "figures.json").write_text(json.dumps(bare | {"figures": {}, "curves": {}}), encoding="utf-8")
    page = _Page(report_html([load_run(run.folder)]))
    assert "svg" not in page.tags and "Curves" not in page.text
    assert "No question fell short" in page.text


def test_no_run_is_an_error_that_can_be_mended(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="give the folder"):
        report_html([])
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be written there"):
        write_report([_run(tmp_path / "a")], tmp_path / "file" / "page.html")


def test_the_worst_questions_are_those_with_the_lowest_scores(tmp_path: Path) -> None:
    scores = {f"q{number:02}": (number * 7 % 20) / 20 for number in range(20)} | {"perfect": 1.0, "q99": 0.0}
    worst = worst_questions(_run(tmp_path / "a", scores))
    expected = sorted((score, name) for name, score in scores.items() if score < 1)
    assert [(miss.score, miss.record["id"]) for miss in worst.misses] == expected[:10]
    assert worst.fell_short == len(expected)
    summary = r'<details( open)?>\s*<summary><span class="question" dir="auto">When does (\w+)'
    opened = re.findall(summary, report_html([worst.run]))
    assert opened == [(" open" if place == 0 else "", name) for place, (_, name) in enumerate(expected[:10])]


def test_nested_settings_are_listed_flat() -> None:
    assert flat({"a": {"b": 1, "c": [1, "x"]}, "d": None, "e": []}) == [
        ("a · b", "1"), ("a · c", "1, x"), ("d", "None"), ("e", "none"),
    ]  # fmt: skip
