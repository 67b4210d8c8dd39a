"""What a person does: the commands as they are typed, and the page in a real browser."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from index.place import ROOT, SAMPLE_CORPUS
from tests.serving import Served

ANSWER_KEYS = {
    "question", "standalone_question", "answer", "short_answer", "abstained", "confidence", "citations", "hits",
    "timings_ms",
}  # fmt: skip


def command(*arguments: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_a_question_in_the_terminal_is_answered_with_its_source(tmp_path: Path) -> None:
    done = command("-m", "rag", "Who is the CEO of Free Press?", "--store", tmp_path / "s", "--corpus", SAMPLE_CORPUS)
    assert "Jessica Gonzalez" in done.stdout
    assert "civil-rights-leaders-meet-musk.txt" in done.stdout


def test_a_batch_writes_one_answer_a_line_in_order_and_nothing_else(sample_store: Path, tmp_path: Path) -> None:
    batch = tmp_path / "questions.jsonl"
    asked = [
        {"id": "b", "question": "Who found Musk's tweet unclear?"},
        {"id": "a", "question": "What did he say the letter was not?", "history": ["Who found Musk's tweet unclear?"]},
        {"id": "c", "question": "What is the capital of France?", "history": []},
    ]
    batch.write_text("\n".join(map(json.dumps, asked)))
    lines = command("-m", "rag", "--batch", batch, "--json", "--store", sample_store, "--k", "3").stdout.splitlines()
    answers = [json.loads(line) for line in lines]
    assert [answer.pop("id") for answer in answers] == ["b", "a", "c"]
    assert all(set(answer) == ANSWER_KEYS and len(answer["hits"]) == 3 for answer in answers)
    assert [answer["abstained"] for answer in answers] == [False, False, True]


def test_sync_follows_the_folder_and_says_when_nothing_changed(corpus_folder: Path, tmp_path: Path) -> None:
    sync = ("-m", "index", "sync", "--corpus", corpus_folder, "--store", tmp_path / "store")
    assert "3 added" in command(*sync).stdout
    assert "nothing was embedded" in command(*sync).stdout
    (corpus_folder / "new-comet.txt").unlink()
    assert "1 deleted" in command(*sync).stdout
    asked = command("-m", "rag", "Who discovered a comet?", "--store", tmp_path / "store", "--json").stdout
    assert "comet" not in json.dumps(json.loads(asked)["hits"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-m", "rag", ""), "the question is empty"),
        (("-m", "rag", "why? " * 20_000), "ask in at most"),
        (("-m", "rag"), "ask one question"),
        (("-m", "rag", "why?", "--corpus", "no/such/folder"), "no such folder"),
        (("-m", "rag", "why?", "--store", "no/such/store"), "holds no store"),
        (("-m", "rag", "--batch", "no/such/file"), "cannot be read"),
        (("app.py", "--corpus", "no/such/folder"), "no such folder"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(arguments: tuple[str, ...], message: str) -> None:
    done = command(*arguments, status=2)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_a_folder_with_bad_files_takes_the_good_ones_in_and_reports_the_others(
    corpus_folder: Path, tmp_path: Path
) -> None:
    (corpus_folder / "binary.txt").write_bytes(b"\x00\x01\x02")
    (corpus_folder / "latin.txt").write_bytes("naïve café".encode("latin-1"))
    (corpus_folder / "picture.png").write_bytes(b"\x89PNG")
    done = command("-m", "index", "sync", "--corpus", corpus_folder, "--store", tmp_path / "store", status=2)
    assert "3 added" in done.stdout
    assert re.search(r"left out: binary\.txt: .*binary", done.stderr)
    assert re.search(r"left out: latin\.txt: .*UTF-8", done.stderr)
    assert "skipped: picture.png" in done.stderr


def test_the_gold_command_prints_its_figures(sample_store: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    lines = (ROOT / "eval/data/sample.jsonl").read_text(encoding="utf-8").splitlines()
    gold.write_text("\n".join(lines[4:6] + lines[-2:-1]), encoding="utf-8")
    out = command(
        "-m", "eval", "gold", "--questions", gold, "--store", sample_store, "--runs", tmp_path, "--json"
    ).stdout
    figures = json.loads(out)
    assert figures["questions"] == 3
    assert figures["exact quotes"] == 1.0
    assert figures["right answers"] == 1.0


def test_a_benchmark_folder_is_ranked_and_scored(tmp_path: Path) -> None:
    rows = [{"_id": name, "title": "", "text": text} for name, text in (("a", "A comet passed."), ("b", "Frost."))]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "Which comet passed?"}')
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n")
    figures = json.loads(
        command(
            "-m",
            "eval",
            "retrieval",
            "--data",
            tmp_path,
            "--runs",
            tmp_path / "runs",
            "--store",
            tmp_path / "store",
            "--json",
        ).stdout
    )
    assert figures["nDCG@10"] == 1.0
    assert figures["RR@10"] == 1.0


@pytest.fixture(scope="module")
def url(open_server: Served) -> str:
    return open_server.url


def test_a_port_that_is_taken_is_one_line(url: str) -> None:
    done = command("app.py", "--port", url.rsplit(":", 1)[1], status=2)
    assert "choose another --port" in done.stderr
    assert done.stderr.count("\n") == 1


def ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")


def test_the_page_answers_and_a_citation_selects_its_marked_source(url: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
    page.goto(url)
    ask(page, "Who found Musk's tweet unclear?")
    page.wait_for_selector("#source-1-1 mark")
    assert "Abraham Cooper" in page.inner_text("#source-1-1 mark")
    ask(page, "What did he say the letter was not?")
    page.wait_for_selector("#source-2-1")
    page.wait_for_selector("text=I understood")
    page.click("#chat a[href='#source-1-1']")
    assert page.evaluate("document.querySelector('.source:target').id") == "source-1-1"
    assert page.evaluate("window.scrollY") == 0
    assert hosts == {url.removeprefix("http://")}
    page.close()


def test_after_an_answer_its_question_and_its_sources_are_what_one_sees(url: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url)
    ask(page, "Who denied the deal?")
    page.wait_for_selector("#source-1-3 mark")
    page.click("#chat a[href='#source-1-3']")
    page.wait_for_function("document.querySelector('.sources').scrollTop > 0")
    ask(page, "What did Derrick Johnson say about hate speech?")
    page.wait_for_selector("#source-2-1")
    page.wait_for_function("document.querySelector('.sources').scrollTop === 0")
    top = "selector => document.querySelector(selector).getBoundingClientRect().top"
    question = page.evaluate("[...document.querySelectorAll('#chat .user.message')].at(-1).getBoundingClientRect().top")
    assert 0 <= question - page.evaluate(top, "#chat [role=log]") < 200
    page.close()


def test_an_example_can_be_clicked_and_a_new_conversation_begun(url: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(url)
    page.click("text=How much did Musk pay for Twitter?")
    page.wait_for_selector("#source-1-1 mark")
    page.click("#clear")
    page.wait_for_selector(".sources .empty")
    assert "$44 billion" not in page.inner_text("#chat")
    page.close()


def test_the_page_fits_a_phone(url: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(url)
    ask(page, "Who is the CEO of Free Press?")
    page.wait_for_selector("#source-1-1 mark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_two_people_keep_their_own_conversations(url: str, browser: Browser) -> None:
    one, other = browser.new_context().new_page(), browser.new_context().new_page()
    for page in (one, other):
        page.goto(url)
    ask(one, "Who is the CEO of Free Press?")
    ask(other, "Who is the president of Color of Change?")
    one.wait_for_selector("#source-1-1 mark")
    other.wait_for_selector("#source-1-1 mark")
    assert "Gonzalez" in one.inner_text("#chat")
    assert "Robinson" in other.inner_text("#chat")
    assert "Robinson" not in one.inner_text("#chat")
