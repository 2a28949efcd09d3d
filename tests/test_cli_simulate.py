"""`radunion simulate`: the table it announces, and that a folder of another simulation is left alone."""

from pathlib import Path

import pytest

from radunion.cli import main
from radunion.cohort import read_cohort


def simulate(out: Path, *more: str) -> int:
    return main(["simulate", str(out), "--patients", "2", "--format", "png", "--workers", "1", *more])


def test_a_cohort_is_simulated_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sim"
    assert simulate(out, "--seed", "3") == 0
    told = capsys.readouterr()
    assert told.out == f"{out / 'cohort.csv'}: 2 simulated patients; never clinical evidence\n"
    assert told.err.splitlines() == [f"radunion: patients simulated: {done} of 2" for done in (1, 2)]
    cohort = read_cohort(out / "cohort.csv")
    assert len(cohort.patients) == 2
    written = {film.path: film.path.stat().st_mtime_ns for one in cohort.examinations for film in one.films}
    assert simulate(out, "--seed", "3") == 0
    assert {path: path.stat().st_mtime_ns for path in written} == written
    before = (out / "cohort.csv").read_bytes()
    assert simulate(out, "--seed", "4") == 2
    assert "other settings" in capsys.readouterr().err
    assert (out / "cohort.csv").read_bytes() == before


def test_readers_are_counted_and_their_cohort_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "sim" / "cohort.csv"
    assert simulate(tmp_path / "sim", "--seed", "3", "--readers", "2") == 0
    told = capsys.readouterr().out
    assert told == f"{table}: 2 simulated patients read by 2 simulated readers; never clinical evidence\n"
    assert main(["cohort", "check", str(table)]) == 0
    assert {label.reader for one in read_cohort(table).examinations for label in one.labels} == {
        "simulated-1",
        "simulated-2",
    }
    assert simulate(tmp_path / "none", "--seed", "3", "--readers", "-1") == 2


def test_every_hospital_and_schedule_can_be_asked_for() -> None:
    from typing import get_args

    from radunion.cli.parser import build_parser
    from radunion.phantom.hospital import HOSPITALS, HospitalName
    from radunion.phantom.priors import Schedule

    assert set(HOSPITALS) == set(get_args(HospitalName))
    for option, names in (("--hospital", get_args(HospitalName)), ("--schedule", get_args(Schedule))):
        for name in names:
            build_parser().parse_args(["simulate", "out", "--patients", "1", "--seed", "1", option, name])
