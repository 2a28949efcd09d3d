"""Searches side by side in one storage, and a storage that shall hold one alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest
from tests.test_search_claims_samples import claimed, space_of

from radunion.errors import UsageError
from radunion.search.claims import open_trials
from radunion.search.outcome import Outcome
from radunion.search.storage import open_store

GIVEN: dict[str, Any] = {
    "name": "s", "space": space_of(2, "random"), "seed": 0,
    "identity": {"cohort": "a" * 64, "torch": "2.13.0", "weights": f"own={'c' * 64}"},
}  # fmt: skip


@pytest.fixture
def storage(tmp_path: Path) -> str:
    return str(tmp_path / "trials.journal")


@pytest.mark.parametrize("kind", ["sqlite", "journal"])
def test_searches_of_one_name_share_a_storage_without_mixing(tmp_path: Path, kind: str) -> None:
    storage = f"{tmp_path}/trials.{kind}"
    for score, seed in enumerate((0, 1)):
        with open_trials(storage, **GIVEN | {"seed": seed}) as trials:
            assert trials.begun
            while one := trials.claim():
                assert one.complete(Outcome(folds=(float(score),)))
    for score, seed in enumerate((0, 1)):
        with open_trials(storage, **GIVEN | {"seed": seed}) as trials:
            assert not trials.begun
            assert [one.score for one in trials.finished()] == [score, score]


def test_a_search_tells_which_others_of_its_name_lie_beside_it_and_what_differs(storage: str) -> None:
    with open_trials(storage, **GIVEN) as first:
        assert first.beside == ()
    open_trials(storage, **GIVEN | {"name": "another"}).close()
    optuna.create_study(study_name="not radunion's", storage=open_store(storage).storage).ask()
    changed = GIVEN["identity"] | {"torch": "2.14.1"}
    with open_trials(storage, **GIVEN | {"seed": 7, "identity": changed}) as second:
        assert second.name != first.name
        assert second.beside == (
            f"{first.name} (different: seed (0 there, 7 here), torch (2.13.0 there, 2.14.1 here))",
        )
    with open_trials(storage, **GIVEN, alone=False) as again:
        assert (again.name, again.begun) == (first.name, False)
        assert [one.split()[1] for one in again.beside] == [second.name.split()[1]]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"seed": 1}, r"different: seed \(0 there, 1 here\)\. Go on"),
        ({"name": "t"}, r"different: name \(s there, t here\)\. Go on"),
        (
            {"identity": {"cohort": "b" * 64, "torch": "2.14.1", "weights": f"own={'d' * 64}", "timm": "1.0"}},
            r"cohort \(a{12}… there, b{12}… here\), torch \(2.13.0 there, 2.14.1 here\), weights.*, timm \(none there",
        ),
        ({"space": replace(space_of(3, "random"), k=5)}, "different: space"),
        ({"space": space_of(3, "tpe")}, "different: space"),
    ],
)
def test_alone_other_work_is_refused_with_all_that_differs(storage: str, changes: dict[str, Any], problem: str) -> None:
    open_trials(storage, **GIVEN, alone=True).close()
    with pytest.raises(UsageError, match=problem):
        open_trials(storage, **GIVEN | changes, alone=True)
    with open_trials(storage, **GIVEN, alone=True) as trials:  # what was refused has left nothing
        assert (trials.begun, trials.beside) == (False, ())


def test_alone_a_search_that_nothing_was_said_of_yet_is_no_other(storage: str) -> None:
    optuna.create_study(study_name="s 0123456789ab", storage=open_store(storage).storage)
    with open_trials(storage, **GIVEN, alone=True) as trials:
        assert claimed(trials).number == 0


def test_alone_a_study_that_is_not_radunion_s_is_refused(storage: str) -> None:
    optuna.create_study(study_name="quick", storage=open_store(storage).storage).ask()
    with pytest.raises(UsageError, match="the search quick there is not radunion's"):
        open_trials(storage, **GIVEN, alone=True)


def test_a_search_that_becomes_another_while_it_runs_gives_out_no_trial(storage: str) -> None:
    with open_trials(storage, **GIVEN) as trials:
        trials._attempts.study.set_user_attr("identity", {"name": "s"})
        with pytest.raises(UsageError, match="is of other work"):
            trials.claim()
