"""`radunion study`: from a label table to one report, resumed, refused where it must be."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from tests.simulated import simulated

from radunion import NOTICE
from radunion.cli import main
from radunion.phantom import Simulation, simulate

Told = pytest.CaptureFixture[str]
TINY = 'base = "lenet"\nname = "tiny"\nsize = 64\nepochs = 2\nbatch = 32\n'


@pytest.fixture(scope="module")
def cohort() -> Path:
    return simulated(20, 23)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


def study(cohort: Path, out: Path, *words: str) -> int:
    fixed = ["--folds", "2", "--replicates", "25", "--heatmaps", "0", "--cache", str(out.parent / "cache")]
    return main(["study", str(cohort), "--out", str(out), *fixed, *words])


def test_a_study_leaves_one_report_whose_numbers_are_in_its_files(
    cohort: Path, tiny: Path, tmp_path: Path, capsys: Told
) -> None:
    about = tmp_path / "about.toml"
    about.write_text('ethics = "approved by the ethics board, 12/34"\n')
    out = tmp_path / "study"
    assert study(cohort, out, "--protocols", f"{tiny},thesis-3", "--unit", "both", "--about", str(about)) == 0
    told = capsys.readouterr()
    assert NOTICE in told.out
    assert "thesis-3 did not run: it needs inception_v3 with RadImageNet weights" in told.err
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["protocols"] == ["blind-view", "blind-visit", "blind-site", "tiny"]
    assert {row["protocol"] for row in metrics["rows"]} >= {"tiny", "tiny - blind-view", "tiny, calibrated"}
    assert json.loads((out / "metrics-by-image.json").read_text())["protocols"] == metrics["protocols"]
    page = (out / "report.html").read_text()
    assert "imulated" in page
    assert "approved by the ethics board" in (out / "cards" / "tiny.md").read_text()
    pointers = re.findall(r'data-at="metrics.json#/rows/(\d+)/estimate"', page)
    assert pointers
    assert all(int(row) < len(metrics["rows"]) for row in pointers)
    again = (out / "metrics.json").read_bytes()
    assert study(cohort, out, "--protocols", f"{tiny},thesis-3", "--unit", "both", "--about", str(about)) == 0
    assert (out / "metrics.json").read_bytes() == again
    written = (out / "protocols" / "tiny.toml").read_text()
    assert 'family = "film"' in written
    assert not any(patient in page for patient in ("S00001", "S00002"))


@pytest.mark.slow
def test_heat_maps_are_measured_once_and_kept_with_the_first_fold(cohort: Path, tiny: Path, tmp_path: Path) -> None:
    out, words = tmp_path / "study", ["--protocols", str(tiny), "--heatmaps", "1"]
    assert study(cohort, out, *words) == 0
    files = [out / f"heatmaps-tiny-{way}.json" for way in ("grad-cam", "integrated-gradients")]
    first = [one.read_bytes() for one in files]
    assert [json.loads(one)["films"] for one in first] == [2, 2]
    kept = {one: one.stat().st_mtime_ns for one in (out / "folds" / "tiny").glob("*.npz")}
    assert len(kept) == 2
    assert study(cohort, out, *words) == 0
    assert [one.read_bytes() for one in files] == first
    assert {one: one.stat().st_mtime_ns for one in kept} == kept
    assert study(cohort, out, *words[:2]) == 0
    assert not list(out.glob("heatmaps-*.json"))


@pytest.mark.slow
def test_a_sealed_hold_out_is_left_out_and_said(tiny: Path, tmp_path: Path, capsys: Told) -> None:
    cohort = simulate(tmp_path / "own", Simulation(24, 29, format="png", size=(320, 256)), workers=2)
    assert main(["holdout", "seal", str(cohort), "--fraction", "0.2"]) == 0
    capsys.readouterr()
    assert study(cohort, tmp_path / "study", "--protocols", str(tiny)) == 0
    assert "of the sealed hold-out were left out" in capsys.readouterr().err
    flow = json.loads((tmp_path / "study" / "study.json").read_text())["flow"]
    assert flow[1]["label"] == "Without the sealed hold-out"
    assert flow[1]["patients"] < flow[0]["patients"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--protocols", "thesis-9"], "a protocol is one of blind-view"),
        (["--protocols", "lenet", "--preset", "thesis"], "leave --protocols out"),
        (["--protocols", "lenet", "--epochs", "none"], "--epochs takes N or NAME=N"),
        (
            ["--protocols", "lenet", "--epochs", "pair=3"],
            "--tap and --epochs name a protocol of this run: lenet; found pair",
        ),
        (
            ["--protocols", "lenet,thesis-2", "--weights", "resnet50=none"],
            "a frozen network or a kind: lenet, thesis-2, inception_v3, imagenet, radimagenet; found resnet50",
        ),
        (["--protocols", "lenet", "--weights", "imagenet=gone.pt"], "gone.pt: --weights names no file"),
        (["--protocols", "lenet,lenet"], "found lenet more than once"),
        (["--protocols", "gone.toml"], "gone.toml: a protocol's file cannot be read"),
        (["--protocols", "lenet", "--about", "gone.toml"], "gone.toml: --about cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    words: list[str], told: str, cohort: Path, tmp_path: Path, capsys: Told
) -> None:
    assert study(cohort, tmp_path / "study", *words) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "study").exists()


def test_a_folder_that_holds_other_files_is_left_alone(cohort: Path, tiny: Path, tmp_path: Path, capsys: Told) -> None:
    out = tmp_path / "mine"
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "mine.csv").write_text("a\n1\n")
    assert study(cohort, out, "--protocols", str(tiny)) == 2
    assert "this one holds other files" in capsys.readouterr().err
    assert [path.name for path in out.rglob("*")] == ["tables", "mine.csv"]


def test_two_studies_never_work_in_one_folder(cohort: Path, tiny: Path, tmp_path: Path, capsys: Told) -> None:
    from radunion.study.place import claimed

    with claimed(tmp_path / "study"):
        assert study(cohort, tmp_path / "study", "--protocols", str(tiny)) == 2
    assert "another study is at work in this folder" in capsys.readouterr().err


def test_a_planted_swap_of_two_cortices_is_caught(cohort: Path, tiny: Path, tmp_path: Path, capsys: Told) -> None:
    head, *rows = cohort.read_text().splitlines()
    assert head.split(",")[4:8] == ["medial", "lateral", "anterior", "posterior"]
    cells = [row.split(",") for row in rows]
    swapped = [[*row[:3], str(cohort.parent / row[3]), row[6], row[5], row[4], *row[7:]] for row in cells]
    table = tmp_path / "swapped.csv"
    table.write_text("\n".join([head, *(",".join(row) for row in swapped)]) + "\n")
    assert study(table, tmp_path / "study", "--protocols", str(tiny)) == 1
    assert "if medial and anterior changed places" in capsys.readouterr().err


def test_a_planted_leak_is_caught(
    cohort: Path, tiny: Path, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    from radunion.study.crossval import splits

    right = splits._by_patient

    def leaking(*args: object) -> list[object]:
        tests = right(*args)  # type: ignore[arg-type]
        return [tests[0][1:], *tests[1:]]

    monkeypatch.setattr(splits, "_by_patient", leaking)
    assert study(cohort, tmp_path / "study", "--protocols", str(tiny)) == 1
    assert "RU101 error: a patient is on both sides of a split" in capsys.readouterr().err


def test_a_planted_constant_predictor_stands_out(
    cohort: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from radunion.training.films import learner

    folds = iter(range(1, 9))

    def constant(module: object, inputs: object, films: np.ndarray, settings: object) -> np.ndarray:
        """Say the same of every film, in each fold something else: what a network that learned only shares does."""
        return np.tile(np.roll(np.linspace(0.1, 0.9, 18, dtype=np.float32), next(folds)), (len(films), 1))

    monkeypatch.setattr(learner, "predict_films", constant)
    head, *rows = cohort.read_text().splitlines()
    kept = [row for row in rows if ",lateral,films/00003-1-lateral" not in row]
    table = tmp_path / "one-film-less.csv"
    table.write_text("\n".join([head, *kept]).replace(",films/", f",{cohort.parent}/films/") + "\n")
    assert len(table.read_text().splitlines()) == len(rows)
    assert study(table, tmp_path / "study", "--protocols", str(tiny)) == 0
    page = (tmp_path / "study" / "report.html").read_text()
    assert "tiny says the same of every examination" in page
    rows = json.loads((tmp_path / "study" / "metrics.json").read_text())["rows"]
    kappa = {row["protocol"]: row["estimate"] for row in rows if (row["metric"], row["scope"]) == ("kappa", "cortices")}
    assert kappa["tiny"] == pytest.approx(0)


def test_the_list_tells_every_protocol_and_its_source(capsys: Told) -> None:
    from radunion.study.protocols import PROTOCOLS

    assert main(["study", "--list"]) == 0
    told = capsys.readouterr().out
    assert all(f"{name} " in told and protocol.source in told for name, protocol in PROTOCOLS.items())
