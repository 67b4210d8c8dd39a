"""Measurements on the page: one at a time, followed, cancelled, and never in the way of the next."""

import threading
import time
from collections.abc import Generator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from corpus.errors import DataError, StoreError
from eval.journal import held
from eval.saved import SavedRun
from eval.system import Step
from web.measure import Steps
from web.progress import Progress, notice_html, progress_html
from web.workbench import Workbench

RUN = SavedRun(Path("run"), {}, {})


def counting(total: int, folder: Path | None = None) -> Steps:
    """Steps that hold a folder's lock, as a measurement does."""
    with held(folder) if folder else nullcontext():
        for done in range(total):
            yield Step("asking questions", done, total)
            time.sleep(0.02)
    return RUN


def stages(followed: Generator[str, None, SavedRun]) -> tuple[list[str], SavedRun]:
    seen = []
    while True:
        try:
            seen.append(next(followed))
        except StopIteration as finished:
            return seen, finished.value


def shown(progress: Progress) -> str:
    return f"{progress.stage} {progress.done}"


def wait_until_free(workbench: Workbench) -> list[str]:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            return stages(workbench.follow("next", counting(1), shown))[0]
        except DataError:
            time.sleep(0.02)
    raise AssertionError("it was never free again")


def test_it_is_followed_to_its_run() -> None:
    seen, run = stages(Workbench().follow("me", counting(30), shown))
    assert run is RUN
    assert seen[-1].startswith("asking questions")
    assert 1 < len(seen) < 10


def test_all_steps_are_taken_and_closed_on_one_thread_whoever_follows() -> None:
    threads = set()

    def steps() -> Steps:
        try:
            for done in range(1000):
                threads.add(threading.get_ident())
                yield Step("asking questions", done, 1000)
                time.sleep(0.01)
        finally:
            threads.add(threading.get_ident())
        return RUN

    workbench = Workbench()
    followed = workbench.follow("me", steps(), shown)
    next(followed)
    next(followed)
    closer = threading.Thread(target=followed.close)
    closer.start()
    closer.join()
    wait_until_free(workbench)
    assert len(threads) == 1
    assert threads.isdisjoint({threading.get_ident()})


def test_a_second_person_is_told_that_it_is_busy() -> None:
    workbench = Workbench()
    with closing(workbench.follow("me", counting(1000), shown)) as followed:
        next(followed)
        with pytest.raises(DataError, match="another measurement is under way"):
            next(workbench.follow("you", counting(1), shown))
    wait_until_free(workbench)


def test_its_owner_cancels_it_and_nobody_else() -> None:
    workbench = Workbench()
    followed = workbench.follow("me", counting(1000), shown)
    next(followed)
    workbench.cancel("you")
    assert next(followed).startswith("asking questions")
    workbench.cancel("me")
    with pytest.raises(DataError, match=r"cancelled while asking questions, at \d+ of 1,000\. Nothing is lost"):
        stages(followed)
    assert wait_until_free(workbench)


def test_closing_the_page_lets_go_of_the_runs_folder(tmp_path: Path) -> None:
    workbench = Workbench()
    followed = workbench.follow("me", counting(1000, tmp_path), shown)
    next(followed)
    next(followed)
    with pytest.raises(DataError, match="another process"), held(tmp_path):
        pass
    followed.close()
    wait_until_free(workbench)
    with held(tmp_path):
        pass


def test_what_it_cannot_do_is_raised_where_it_is_followed() -> None:
    def refused() -> Steps:
        yield Step("indexing documents", 0, 1)
        raise StoreError("the store is locked")

    with pytest.raises(StoreError, match="locked"):
        stages(Workbench().follow("me", refused(), shown))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_is_loud_in_the_log_and_frees_the_bench() -> None:
    def broken() -> Steps:
        yield Step("indexing documents", 0, 1)
        raise ZeroDivisionError

    workbench = Workbench()
    with pytest.raises(DataError, match="the server's log says why"):
        stages(workbench.follow("me", broken(), shown))
    assert wait_until_free(workbench)


def test_a_rate_counts_what_this_stage_has_done_not_what_was_there_before() -> None:
    progress = Progress().after(Step("asking questions", 100, 300), 10.0)
    assert progress.rate is None
    progress = progress.after(Step("asking questions", 120, 300), 14.0)
    assert progress.rate == 5.0
    assert progress.seconds_left == 36.0
    html = progress_html(progress)
    assert "120 of 300 · 5.0 a second · about 36 s left" in html
    assert '<progress value="120" max="300"' in html


def test_a_long_wait_is_told_in_hours() -> None:
    progress = Progress("asking questions", 1, 7201, 0, 0.0, 1.0)
    assert "about 2 h 0 min left" in progress_html(progress)


def test_a_stage_whose_end_is_not_known_has_a_bar_without_an_end() -> None:
    assert "<progress aria-label=" in progress_html(Progress())


def test_a_notice_is_escaped_and_nothing_gives_none() -> None:
    assert "&lt;b&gt;" in notice_html("<b>")
    assert notice_html("") == ""
