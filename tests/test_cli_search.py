"""`radunion search`: from a label table and a space to the best settings, resumed, refused where it must be."""

import json
from pathlib import Path

import numpy as np
import pytest

from radunion import NOTICE
from radunion.cli import main
from radunion.cohort import read_cohort
from radunion.errors import TrainingError, UsageError
from radunion.features import FeatureCache
from radunion.phantom import Simulation, simulate
from radunion.search import fitting
from radunion.search.fitted import Asked
from radunion.search.fitting import Fitter
from radunion.study.crossval.data import study_data
from radunion.study.crossval.methods import Tools, method_of
from radunion.study.crossval.splits import splits_of
from radunion.study.protocols import PROTOCOLS, FilmProtocol, protocol_from_toml
from radunion.training.learner import quiet

Told = pytest.CaptureFixture[str]
SMALL = """
base = "thesis-2"
name = "small"
weights = "none"
tap = "Mixed_5b"
size = 96
augmentation = "none"
epochs = 3
batch = 16
"""
SPACE = """
[space]
name = "tiny"
base = "small.toml"
trials = 3
k = 2
epochs = 2
objective = "{objective}"

[axes.batch]
low = 8
high = 32
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searched")
    simulate(folder / "films", Simulation(16, 29, format="png", size=(320, 256)), workers=2)
    (folder / "small.toml").write_text(SMALL)
    (folder / "space.toml").write_text(SPACE.format(objective="auroc18"))
    return folder


def search(folder: Path, out: Path, *words: str) -> int:
    given = ["--space", str(folder / "space.toml"), "--out", str(out), "--cache", str(folder / "cache")]
    return main(["search", str(folder / "films" / "cohort.csv"), *given, "--top", "1", "--again", "1", *words])


def test_a_search_leaves_trials_a_report_and_a_protocol_and_runs_nothing_twice(
    folder: Path, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert search(folder, tmp_path / "out") == 0
    told = capsys.readouterr()
    assert "best of 3: trial" in told.out
    assert NOTICE in told.out
    found = json.loads((tmp_path / "out" / "search.json").read_text())
    assert [len(trial["folds"]) for trial in found["trials"]] == [2, 2, 2]
    assert len({trial["values"]["batch"] for trial in found["trials"]}) > 1
    assert 0.7 < found["provenance"]["blind-view"]["auroc18"] < 0.95
    best = max(found["trials"], key=lambda trial: np.mean(trial["folds"]))
    chosen = protocol_from_toml(tmp_path / "out" / "chosen.toml")
    assert isinstance(chosen, FilmProtocol)
    assert chosen.batch == best["values"]["batch"]
    assert chosen.epochs == 2
    (columns, *curves) = (tmp_path / "out" / "figures" / "curves.csv").read_text().splitlines()
    held_out = columns.split(",").index("validation_auroc18")
    assert curves and all(0 < float(line.split(",")[held_out]) < 1 for line in curves)
    rows = json.loads((tmp_path / "out" / "metrics.json").read_text())["rows"]
    assert [row["estimate"] for row in rows[:3]] == sorted(
        (np.mean(one["folds"]) for one in found["trials"]), reverse=True
    )
    assert rows[-1]["metric"] == "difference:auroc18"
    assert rows[-1]["low"] <= rows[-1]["estimate"] <= rows[-1]["high"]
    page = (tmp_path / "out" / "report.html").read_text()
    assert "imulated" in page
    assert not any(patient in page for patient in ("S00001", "S00002"))

    def nothing(*given: object, **named: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(Fitter, "fit", nothing)
    assert search(folder, tmp_path / "out") == 0
    assert json.loads((tmp_path / "out" / "search.json").read_text())["trials"] == found["trials"]


def test_a_trial_gets_what_a_fold_of_a_study_gets(folder: Path, tmp_path: Path) -> None:
    data = study_data(read_cohort(folder / "films" / "cohort.csv"))
    splits = splits_of(data, k=2, unit="patient", seed=0)
    protocol = protocol_from_toml(folder / "small.toml")
    tools = Tools(FeatureCache(folder / "cache"), "float32", 0, tmp_path, quiet)
    fitted = Fitter(data, tools, heads="float32", device="cpu").fit(
        protocol, splits, seed=0, go_on=lambda step, value: True
    )
    method = method_of(protocol, data, tools)
    for split, scores in zip(splits, fitted.scores, strict=True):
        last = method.fit(split, work=tmp_path).history["films"][-1]
        assert scores["auroc18"] == pytest.approx(last["validation_auroc18"], abs=0.005)


def test_any_protocol_is_searched_fold_by_fold(folder: Path, tmp_path: Path) -> None:
    data = study_data(read_cohort(folder / "films" / "cohort.csv"))
    splits = splits_of(data, k=2, unit="patient", seed=0)
    tools = Tools(FeatureCache(folder / "cache"), "float32", 0, tmp_path, quiet)
    fitted = Fitter(data, tools, heads="float32", device="cpu").fit(
        PROTOCOLS["blind-site"], splits, seed=0, go_on=lambda step, value: False
    )
    assert not fitted.stopped
    assert len(fitted.folds("exact")) == 2


def test_a_trial_is_told_of_every_epoch_and_ended_early(folder: Path, tmp_path: Path) -> None:
    data = study_data(read_cohort(folder / "films" / "cohort.csv"))
    splits = splits_of(data, k=2, unit="patient", seed=0)
    protocol = protocol_from_toml(folder / "small.toml")
    tools = Tools(FeatureCache(folder / "cache"), "float32", 0, tmp_path, quiet)
    steps: list[int] = []

    def second(step: int, value: float) -> bool:
        steps.append(step)
        return step < 2

    fitted = Fitter(data, tools, heads="float32", device="cpu").fit(protocol, splits, seed=0, go_on=second)
    assert steps == [1, 2]
    assert fitted.stopped
    assert fitted.epochs == 2


def test_trials_whose_heads_learn_together_end_as_those_that_learn_alone(folder: Path, tmp_path: Path) -> None:
    assert search(folder, tmp_path / "alone", "--again", "0") == 0
    assert search(folder, tmp_path / "together", "--again", "0", "--at-once", "3") == 0
    alone, together = (
        json.loads((tmp_path / name / "search.json").read_text())["trials"] for name in ("alone", "together")
    )
    assert [(one["values"], one["folds"], one["history"]) for one in together] == [
        (one["values"], one["folds"], one["history"]) for one in alone
    ]


def test_a_trial_that_memory_cannot_hold_has_failed_and_several_have_not(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **named: object) -> None:
        raise MemoryError

    data = study_data(read_cohort(folder / "films" / "cohort.csv"))
    splits = splits_of(data, k=2, unit="patient", seed=0)
    tools = Tools(FeatureCache(folder / "cache"), "float32", 0, tmp_path, quiet)
    fitter = Fitter(data, tools, heads="float32", device="cpu")
    monkeypatch.setattr(fitting, "train_heads", full)
    one = Asked(protocol_from_toml(folder / "small.toml"), lambda step, value: True)
    with pytest.raises(TrainingError, match="its 2 folds at once need more memory"):
        fitter.fit(one.protocol, splits, seed=0, go_on=one.go_on)
    with pytest.raises(UsageError, match="2 trials at once need more memory than there is; give a smaller --at-once"):
        fitter.fit_several([one, one], splits, seed=0)


def test_where_patience_ended_the_best_trial_the_chosen_protocol_ends_too(folder: Path, tmp_path: Path) -> None:
    space = SPACE.format(objective="auroc18").replace("epochs = 2", "epochs = 9\npatience = 1")
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "patient.toml").write_text(space + "\n[fixed]\nlearning_rate = 1e-9\n")
    assert search(folder, tmp_path / "out", "--space", str(tmp_path / "patient.toml"), "--again", "0") == 0
    found = json.loads((tmp_path / "out" / "search.json").read_text())
    best = max(found["trials"], key=lambda trial: np.mean(trial["folds"]))
    chosen = protocol_from_toml(tmp_path / "out" / "chosen.toml")
    assert isinstance(chosen, FilmProtocol)
    assert chosen.epochs == best["epochs"] < 9


def test_another_search_is_refused_in_the_folder_of_one(folder: Path, tmp_path: Path, capsys: Told) -> None:
    assert search(folder, tmp_path / "out", "--again", "0") == 0
    kept = (tmp_path / "out" / "report.html").read_bytes()
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "other.toml").write_text(SPACE.format(objective="auroc18").replace("tiny", "other"))
    capsys.readouterr()
    assert search(folder, tmp_path / "out", "--space", str(tmp_path / "other.toml")) == 2
    assert "holds a search of other work" in (told := capsys.readouterr().err)
    assert "space (tiny there, other here)" in told
    assert search(folder, tmp_path / "out", "--seed", "1") == 2
    assert "seed (0 there, 1 here)" in capsys.readouterr().err
    assert (tmp_path / "out" / "report.html").read_bytes() == kept


def test_a_search_is_refused_before_any_work(folder: Path, tmp_path: Path, capsys: Told) -> None:
    (tmp_path / "bad.toml").write_text(
        '[space]\nname = "bad"\nbase = "thesis-2"\ntrials = 3\n\n[axes.dropuot]\nlow = 0\nhigh = 1\n'
    )
    cohort = str(folder / "films" / "cohort.csv")
    assert main(["search", cohort, "--space", str(tmp_path / "bad.toml"), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "line 6" in told
    assert "dropout" in told
    assert not (tmp_path / "out").exists()
    assert main(["search", cohort, "--space", "regime-1", "--out", str(tmp_path / "out")]) == 2
    assert "weights" in capsys.readouterr().err
