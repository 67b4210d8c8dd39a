"""A person's mistake is one line and exit status 2; a bug stays loud."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus import errors
from corpus.edge import INTERRUPTED, MISTAKE, exit_status, warn
from corpus.errors import UserError

ROOT = Path(__file__).parents[1]
PRINTING = """
import sys
from corpus.edge import exit_status

def command() -> int:
    for number in range(int(sys.argv[1])):
        print("line", number)
    return 0

sys.exit(exit_status(command))
"""


def raising(error: BaseException) -> Callable[[], int]:
    def command() -> int:
        raise error

    return command


@pytest.mark.parametrize("status", [0, 1, 7])
def test_a_command_that_ends_by_itself_keeps_its_exit_status(status: int) -> None:
    assert exit_status(lambda: status) == status


def test_a_persons_mistake_is_one_line_on_standard_error_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(raising(UserError("notes: no such folder"))) == MISTAKE == 2
    assert capsys.readouterr() == ("", "error: notes: no such folder\n")


@pytest.mark.parametrize("kind", ["CorpusError", "DocumentError", "StoreError", "QuestionError", "DataError"])
def test_every_failure_that_a_person_can_mend_ends_in_status_2(kind: str) -> None:
    assert exit_status(raising(getattr(errors, kind)("mend it"))) == MISTAKE


def test_an_interrupted_command_says_nothing_and_has_the_status_of_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(raising(KeyboardInterrupt())) == INTERRUPTED == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("error", [ValueError("a bug"), OSError("a bug"), KeyError("a bug")])
def test_a_bug_stays_loud(error: Exception) -> None:
    with pytest.raises(type(error), match="a bug"):
        exit_status(raising(error))


@pytest.mark.parametrize("lines", [1, 50_000])
def test_a_reader_that_has_seen_enough_is_no_failure(lines: int) -> None:
    # buffered, as it is for a person: a short output meets the closed pipe only when it is flushed
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reading_end, writing_end = os.pipe()
    os.close(reading_end)
    with os.fdopen(writing_end, "wb") as closed_pipe:
        command = [sys.executable, "-c", PRINTING, str(lines)]
        ended = subprocess.run(
            command, stdout=closed_pipe, stderr=subprocess.PIPE, cwd=ROOT, env=environment, check=False
        )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_line_break_in_a_name_cannot_forge_another_line(capsys: pytest.CaptureFixture[str]) -> None:
    warn("a\nerror: all is lost\r\u2028.txt: skipped")
    assert capsys.readouterr().err == "a\\nerror: all is lost\\r\\u2028.txt: skipped\n"


def test_a_control_character_in_a_name_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    warn("\x1b[2Jname\u202etxt.exe \udcff")
    assert capsys.readouterr().err == "\\x1b[2Jname\\u202etxt.exe \\udcff\n"


def test_a_warning_keeps_the_letters_of_every_language(capsys: pytest.CaptureFixture[str]) -> None:
    warn("Übersicht – 报告 “final”.txt: skipped")
    assert capsys.readouterr().err == "Übersicht – 报告 “final”.txt: skipped\n"
