"""`radunion archive`: what goes to standard output and to standard error, and how it is refused."""

from pathlib import Path

import polars as pl
import pytest
from tests.test_scoring_archive_samples import SECRETS, odd_tree, save_pair
from tests.test_scoring_samples import write

from radunion import NOTICE
from radunion.cli import main

Told = pytest.CaptureFixture[str]


@pytest.fixture
def model(tmp_path: Path) -> str:
    write(tmp_path / "model", simulated=False, threshold=20.0)
    return str(tmp_path / "model")


@pytest.mark.slow
def test_a_tree_is_scored_and_what_became_of_every_file_is_told(tmp_path: Path, model: str, capsys: Told) -> None:
    tree, out = tmp_path / "tree", tmp_path / "r.parquet"
    tree.mkdir()
    odd = odd_tree(tree)
    assert main(["archive", str(tree), "--model", model, "--out", str(out), "--workers", "1"]) == 0
    told = capsys.readouterr()
    assert "2 examinations scored from 3 films" in told.out
    assert f"{sum(code < 'RA41' for code in odd.values())} files with an error" in told.out
    assert NOTICE in told.out
    assert "RA413" in told.out
    assert "radunion: look at files: 17 of 17" in told.err
    assert "radunion: score: 3 of 3" in told.err
    assert not [secret for secret in SECRETS if secret in told.out + told.err]
    assert pl.read_parquet(out).height == 2 + len(odd)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--out", "r.csv"], 2, "a file that ends in .parquet"),
        (["--out", "r.parquet", "--address", "auto"], 2, "add --engine ray"),
        (["--out", "r.parquet", "--engine", "spark"], 2, "invalid choice: 'spark'"),
        (["--out", "r.parquet", "--seconds", "0"], 2, "a number above 0, found '0'"),
        (["--out", "r.parquet", "--seconds", "soon"], 2, "a number above 0, found 'soon'"),
        (["--out", "r.parquet", "--coverage", "90"], 2, "a probability between 0 and 1"),
        (["--out", "r.parquet", "--pattern", "(?P<patient>.)"], 2, "lacks (?P<visit>…), (?P<view>…)"),
        ([], 2, "--out"),
    ],
)
def test_what_cannot_be_is_refused(
    tmp_path: Path, model: str, capsys: Told, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, said: str
) -> None:
    save_pair(tmp_path / "films", "p1")
    monkeypatch.chdir(tmp_path)
    assert main(["archive", "films", "--model", model, *words]) == code
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
    assert not list(tmp_path.glob(".*.parts"))


def test_a_result_is_replaced_only_when_asked(tmp_path: Path, model: str, capsys: Told) -> None:
    save_pair(tmp_path / "films", "p1")
    out = tmp_path / "r.parquet"
    out.write_text("mine")
    assert main(["archive", str(tmp_path / "films"), "--model", model, "--out", str(out)]) == 2
    assert f"{out}: this would be replaced" in capsys.readouterr().err
    assert out.read_text() == "mine"


def test_interrupted_it_says_how_to_go_on(
    tmp_path: Path, model: str, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_pair(tmp_path / "films", "p1")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("radunion.scoring.archive.run.score_archive", interrupted)
    assert main(["archive", str(tmp_path / "films"), "--model", model, "--out", str(tmp_path / "r.parquet")]) == 130
    assert "run the same command again and it goes on, what was written is kept" in capsys.readouterr().err
