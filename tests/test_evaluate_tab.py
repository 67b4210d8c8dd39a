"""The Evaluate tab: what it shows of a saved run, escaped, and what a person does there in a real browser."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from corpus.errors import DataError
from eval.journal import held
from eval.saved import SavedRun, load_run
from eval.template import signed
from rag.assistant import Assistant
from tests.serving import in_a_thread
from web.choices import choices
from web.comparison import comparison_html
from web.figures import figures_html
from web.misses import Walk, walk
from web.server import Serving, build_server

HOSTILE = "<script>document.title='broken'</script> {{value}} ${1+1} &amp;"
STAGES = {"dense": 3, "lexical": 1, "document": 2, "fused": 4, "rerank": 5}


def record(name: str, score: float) -> dict[str, Any]:
    """A question whose wanted document no search but one found."""
    found = {"document_id": "frost.txt", "start": 0, "end": 40, "score": 0.9, "ranks": STAGES, "text": HOSTILE}
    return {
        "id": name, "kind": HOSTILE, "question": f"{name}: {HOSTILE}", "history": [HOSTILE], "hits": [found],
        "standalone_question": HOSTILE, "answer": HOSTILE, "short_answer": HOSTILE, "abstained": score < 1,
        "confidence": 0.3, "citations": [], "guess": {"answer": HOSTILE},
        "wanted": {
            "answers": [[HOSTILE]], "answerable": True, "facts": [], "passages": [],
            "documents": [{"document_id": "comet.txt", "title": HOSTILE, "grade": 1, "ranks": {"lexical": 7}}],
            "evidence": [{"document_id": "comet.txt", "start": 4, "end": 9, "quote": HOSTILE}],
        },
    }  # fmt: skip


def write_run(folder: Path, scores: dict[str, float], **changes: Any) -> SavedRun:
    """A finished run with this score of each question, by `right`."""
    folder.mkdir(parents=True)
    manifest = {
        "kind": "answers", "main_measure": "right", "command": f"python -m eval {HOSTILE}", "seed": 7,
        "benchmark": {"name": "comets", "documents": 2, "questions": len(scores), "sha256": {HOSTILE: "ab"}},
        "figures": {"questions": len(scores), "right": 0.5, "ECE": 0.25, HOSTILE: 1.0}, "settings": {"read": 3},
        "curves": {"recall by depth": [[1, 0.2], [10, 0.6]], "reliability": [[0.3, 0.5, 4]]},
    } | changes  # fmt: skip
    (folder / "figures.json").write_text(json.dumps(manifest))
    (folder / "scores.json").write_text(json.dumps({"right": scores}))
    (folder / "answers.jsonl").write_text("".join(json.dumps(record(n, s)) + "\n" for n, s in scores.items()))
    timings = "".join(json.dumps({"id": n, "timings_ms": {HOSTILE: 3.0, "total": 20.0}}) + "\n" for n in scores)
    (folder / "timings.jsonl").write_text(timings)
    return load_run(folder)


@pytest.fixture
def run(tmp_path: Path) -> SavedRun:
    return write_run(tmp_path / "one", {f"q{i:02}": float(i > 3) for i in range(30)})


def assert_escaped(html: str) -> None:
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'src="' not in html


def test_figures_say_what_they_mean_and_how_the_run_was_made(run: SavedRun) -> None:
    html = figures_html(run)
    assert_escaped(html)
    assert '<p class="number">0.500</p>' in html
    assert "share of questions handled rightly" in html
    assert html.count("<svg") == 3
    assert "read=3" in html


def test_only_a_share_of_which_more_is_better_has_a_bar(run: SavedRun) -> None:
    assert figures_html(run).count('class="bar"') == 1


def test_every_miss_shows_what_each_search_made_of_it(run: SavedRun) -> None:
    at = walk(run)
    html = at.page()
    assert_escaped(html)
    assert len(at.pages) == 4
    for stage, rank in STAGES.items():
        assert f'<td data-stage="{stage}">{rank}</td>' in html
    assert html.count(">—</td>") == 4
    assert "was found by BM25 (rank 7) but not by the dense search" in html
    assert "Refused with confidence 0.30" in html


def test_a_walk_goes_no_further_than_its_ends(run: SavedRun) -> None:
    at = walk(run)
    assert "1 of 4" in at.position()
    assert at.moved(-1) == at
    assert "q03" in at.moved(9).page()
    assert "4 of 4" in at.moved(9).position()
    assert Walk("Nothing.").moved(1).page() == ""


def test_a_run_without_misses_says_so(tmp_path: Path) -> None:
    at = walk(write_run(tmp_path / "good", {"q1": 1.0}))
    assert at.pages == ()
    assert "No question fell short" in at.position()


def test_a_comparison_says_what_is_sure_and_which_questions_changed(run: SavedRun, tmp_path: Path) -> None:
    html = comparison_html(run, write_run(tmp_path / "two", {f"q{i:02}": float(i != 5 and i < 29) for i in range(30)}))
    assert_escaped(html)
    assert "none differs by more than chance may explain" in html
    assert "6 questions changed" in html
    assert html.count("better</span>") == 4
    better = comparison_html(replace(run, scores={"right": dict.fromkeys(run.scores["right"], 0.0)}), run)
    assert "B is surely better by 1." in better
    assert '<span class="badge">sure</span>' in better


def test_runs_on_different_data_are_not_compared(run: SavedRun, tmp_path: Path) -> None:
    benchmark = dict(run.manifest["benchmark"]) | {"sha256": {"a": "cd"}}
    with pytest.raises(DataError, match="different data"):
        comparison_html(run, write_run(tmp_path / "two", {"q1": 1.0}, benchmark=benchmark))


def test_a_difference_has_its_sign_and_nothing_has_none() -> None:
    assert [signed(value) for value in (0.0312, -0.5, 0.0, -0.0001)] == ["+0.031", "−0.500", "0.000", "0.000"]


def choose(page: Page, dropdown: str, option: str) -> None:
    page.click(f"{dropdown} input")
    page.click(f"[role=option]:has-text('{option}')")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_default_timeout(15_000)
    yield page
    page.close()


def test_a_person_looks_at_a_run_walks_its_misses_compares_measures_and_cancels(
    sample_assistant: Assistant, tmp_path: Path, page: Page
) -> None:
    write_run(tmp_path / "runs" / "one", {f"q{i}": float(i > 1) for i in range(6)})
    write_run(tmp_path / "runs" / "two", {f"q{i}": float(i > 2) for i in range(6)})
    rows = [{"_id": name, "title": "", "text": text} for name, text in (("a", "A comet passed."), ("b", "Frost."))]
    (tmp_path / "data" / "skies").mkdir(parents=True)
    (tmp_path / "data" / "skies" / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "data" / "skies" / "queries.jsonl").write_text('{"_id": "1", "text": "Which comet passed?"}')
    (tmp_path / "data" / "skies" / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n")
    with in_a_thread(
        build_server(sample_assistant, Serving(choices=choices(tmp_path / "data", tmp_path / "runs")))
    ) as url:
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
        page.goto(url)
        page.click("[role=tab]:has-text('Evaluate')")
        choose(page, "#data-set", "comets")
        page.wait_for_selector("#figures svg")
        assert page.inner_text("#figures .number") == "0.500"
        look_at_misses(page)
        look_at_a_comparison(page)
        measure_and_cancel(page, tmp_path / "runs")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.title() == "Verbatim"
        assert hosts == {url.removeprefix("http://")}
        page.close()


def look_at_misses(page: Page) -> None:
    page.click("[role=tab]:has-text('Misses')")
    page.wait_for_selector("#miss .trace")
    assert HOSTILE in page.inner_text("#miss h2")
    page.focus("#on")
    page.keyboard.press("Enter")
    page.wait_for_selector("#position >> text=/^2 of/")
    assert "q1" in page.inner_text("#miss h2")


def look_at_a_comparison(page: Page) -> None:
    page.click("[role=tab]:has-text('Comparison')")
    page.click("#other input")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#comparison .differences")
    assert "1 question changed" in page.inner_text("#comparison")


def measure_and_cancel(page: Page, runs: Path) -> None:
    page.click("#measure button")
    choose(page, "#data-set", "sample")
    page.click("#begin")
    page.wait_for_selector("#progress progress[value]")
    page.click("#cancel")
    page.wait_for_selector("#progress .notice >> text=Cancelled while")
    for folder in runs.glob("sample-*"):
        with held(folder):
            assert not (folder / "figures.json").exists()
    choose(page, "#data-set", "skies")
    choose(page, "#kind", "retrieval")
    page.click("#begin")
    page.wait_for_selector("#progress .notice >> text=is finished")
    page.click("[role=tab]:has-text('Figures')")
    page.wait_for_selector("#figures .number >> text=1.000")
