"""How far a measurement has come, in a terminal."""

from collections.abc import Generator

import pytest

from eval.progress import followed
from eval.system import Step


def _steps(*stages: str) -> Generator[Step, None, str]:
    for stage in stages:
        for done in range(3):
            yield Step(stage, done, 2)
    return "the run"


def test_every_step_is_taken_and_what_they_return_returned(capsys: pytest.CaptureFixture[str]) -> None:
    assert followed(_steps("indexing", "asking")) == "the run"
    assert followed(_steps()) == "the run"
    assert tuple(capsys.readouterr()) == ("", "")


def test_a_terminal_shows_the_stage_and_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    assert followed(_steps("indexing [red]documents", "asking")) == "the run"
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "asking" in shown.err
    assert "2/2" in shown.err


def test_whoever_interrupts_is_told_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> Generator[Step, None, str]:
        yield Step("asking", 0, 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        followed(interrupted())
    assert capsys.readouterr().err == "interrupted: the same command goes on where it stopped\n"
