"""The command line as a whole: exit codes, and one message that says what went wrong and names no patient."""

import os
import signal
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import pytest

from radunion import NOTICE, __version__
from radunion.cli import entry, main, simulate
from radunion.cli.progress import progress
from radunion.errors import CohortError, FilmError, MissingExtraError, RadunionError, UsageError

COMMANDS = ("simulate", "cohort", "evaluate", "score")


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """Run a command whose work raises."""

    def run(args: Namespace) -> int:
        raise error

    monkeypatch.setattr(simulate, "run", run)
    return main(["simulate", "out", "--patients", "1", "--seed", "1"])


def test_help_lists_the_commands_and_the_notice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n    {command} " in out for command in COMMANDS)
    assert NOTICE.capitalize() in out


@pytest.mark.parametrize("command", [*COMMANDS[:1], "cohort import", "cohort check", *COMMANDS[2:]])
def test_every_command_has_help_with_the_notice(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"usage: radunion {command}" in out
    assert NOTICE.capitalize() in out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"radunion {__version__} ({NOTICE})\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["cohort"], "COMMAND"),
        (["heal"], "invalid choice: 'heal'"),
        (["simulate", "out", "--patients", "0", "--seed", "1"], "a whole number of 1 or more is wanted, found '0'"),
        (["simulate", "out", "--patients", "1", "--seed", "-1"], "a whole number of 0 or more is wanted, found '-1'"),
        (["simulate", "out", "--patients", "1", "--see", "1"], "--seed"),
        (["score"], "FILM"),
        (["evaluate", "model", "cohort.csv"], "--out"),
    ],
)
def test_wrong_usage_is_2_and_says_what(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CohortError("a table must be so"), 1),
        (FilmError("a.dcm", "it is empty", "take it anew"), 1),
        (MissingExtraError("training", "train"), 1),
        (UsageError("the two contradict"), 2),
    ],
)
def test_an_error_of_ours_is_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: RadunionError, code: int
) -> None:
    assert failing(monkeypatch, error) == code
    assert capsys.readouterr() == ("", f"radunion: {error}\n")


def test_an_operating_system_error_names_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(monkeypatch, PermissionError(13, "Permission denied", "out/cohort.csv")) == 1
    assert capsys.readouterr().err.startswith("radunion: out/cohort.csv: Permission denied; check the path")


def test_an_unforeseen_error_is_one_line_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RADUNION_DEBUG", raising=False)
    assert failing(monkeypatch, ValueError("Doe^Jane 1950")) == 1
    told = capsys.readouterr().err
    assert told.startswith("radunion: stopped by an unexpected ValueError in radunion.cli.entry._guarded; ")
    assert told.count("\n") == 1
    assert "report this line" in told
    assert "Doe" not in told
    assert str(Path.cwd()) not in told


@pytest.mark.parametrize("way", ["before", "after", "environment"])
def test_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    def run(args: Namespace) -> int:
        raise ValueError("the cause")

    monkeypatch.delenv("RADUNION_DEBUG", raising=False)
    monkeypatch.setattr(simulate, "run", run)
    words = ["simulate", "out", "--patients", "1", "--seed", "1"]
    if way == "environment":
        monkeypatch.setenv("RADUNION_DEBUG", "1")
    words = {"before": ["--debug", *words], "after": [*words, "--debug"], "environment": words}[way]
    assert main(words) == 1
    told = capsys.readouterr().err
    assert told.startswith("Traceback (most recent call last):")
    assert "ValueError: the cause" in told


def test_progress_off_a_terminal_is_a_line_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("films read") as tell:
        for done in range(1, 1001):
            tell(done, 1000)
    told = capsys.readouterr().err.splitlines()
    assert told == [f"radunion: films read: {done:,} of 1,000" for done in range(100, 1001, 100)]


def test_an_interruption_is_130_and_says_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(monkeypatch, KeyboardInterrupt()) == entry.INTERRUPTED == 130
    told = capsys.readouterr().err
    assert told == "radunion: interrupted; run the same command again and it goes on, what was written is kept\n"


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_a_closed_pipe_is_quiet(tmp_path: Path, extra: list[str]) -> None:
    table = tmp_path / "cohort.csv"
    table.write_text("patient,visit,view,image,medial,lateral,anterior,posterior,scale\nP,V,ap,none.png,1,,,,rust\n")
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "radunion", "cohort", "check", str(table), *extra]
    found = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (found.returncode, found.stderr) == (entry.PIPE_CLOSED, "")


def test_a_signal_stops_a_simulation_that_then_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "radunion", "simulate", str(tmp_path / "out"), "--patients", "3", "--seed", "2"]
    command += ["--workers", "1", "--format", "png"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        _wait_for(tmp_path / "out" / "films")
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert told.splitlines()[-1].startswith("radunion: interrupted; run the same command again")
    kept = {film: film.stat().st_mtime_ns for film in (tmp_path / "out" / "films").glob("*.png")}
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0
    assert "3 simulated patients" in again.stdout
    assert {film: film.stat().st_mtime_ns for film in kept} == kept


def _wait_for(folder: Path) -> None:
    until = time.monotonic() + 60
    while not (folder.is_dir() and any(folder.glob("*.png"))):
        assert time.monotonic() < until, "no film was written within a minute"
        time.sleep(0.01)
