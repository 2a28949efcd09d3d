"""Evaluating bundles: who is judged on what, and that nothing depends on chunks or on the order of patients."""

from pathlib import Path

import numpy as np
import pytest
from tests.test_cli_samples import LEVELS, a_cohort, a_model
from tests.test_scoring_samples import a_film, save_film

from radunion.cohort import Cohort, read_cohort
from radunion.errors import BundleError, CohortError, UsageError
from radunion.evaluation.compare import Row
from radunion.phantom.simulated import is_simulated
from radunion.scoring import Bundle
from radunion.study import predict as predicting
from radunion.study.evaluate import Evaluated, evaluate_bundles
from radunion.study.predict import predict


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    return read_cohort(a_cohort(tmp_path / "cohort"))


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return a_model(tmp_path / "model", a_cohort(tmp_path / "trained", offset=1))


def evaluated(bundle: Bundle, cohort: Cohort) -> Evaluated:
    return evaluate_bundles({"tiny": bundle}, cohort, seed=0, replicates=20)


def kappa(found: Evaluated) -> Row:
    row = found.comparison.find("tiny", "kappa", "cortices", "mrust")
    assert row is not None
    return row


def test_a_model_that_reads_the_levels_is_perfect_and_the_blinds_are_not(cohort: Cohort, bundle: Bundle) -> None:
    found = evaluated(bundle, cohort)
    assert kappa(found).estimate == pytest.approx(1.0)
    assert (kappa(found).patients, kappa(found).exams) == (6, 6)
    blind = found.comparison.find("blind-visit", "kappa", "cortices", "mrust")
    assert blind is not None
    assert blind.estimate == pytest.approx(0.0)
    assert found.unread == ()
    assert not found.simulated


def test_progress_ends_at_the_total_of_all_models(cohort: Cohort, bundle: Bundle) -> None:
    told: list[tuple[int, int]] = []
    bundles = {"first": bundle, "second": bundle}
    evaluate_bundles(bundles, cohort, seed=0, replicates=5, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (12, 12)
    assert told == sorted(told)


def test_unreadable_films_are_found_in_every_chunk(
    cohort: Cohort, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = cohort.source.parent / "films"
    for name in ("0-ap", "0-lateral", "3-ap", "5-lateral"):
        (films / f"{name}.png").write_bytes(b"no picture")
    whole = predict({"tiny": bundle}, cohort.examinations)
    monkeypatch.setattr(predicting, "_CHUNK", 2)
    chunked = predict({"tiny": bundle}, cohort.examinations)
    assert whole.unread == chunked.unread
    assert [one.path.name for one in whole.unread] == ["0-ap.png", "0-lateral.png", "3-ap.png", "5-lateral.png"]
    assert [one.patient for one in whole.examinations] == ["P0-1", "P0-2", "P0-3", "P0-4", "P0-5"]
    first, second = whole.inferred["tiny"], chunked.inferred["tiny"]
    np.testing.assert_array_equal(first.joint.levels, second.joint.levels)
    assert first.present.tolist() == [[True, True], [True, True], [False, True], [True, True], [True, False]]


def test_a_cortex_whose_film_cannot_be_read_is_not_judged(cohort: Cohort, bundle: Bundle) -> None:
    (cohort.source.parent / "films" / "0-ap.png").unlink()
    found = evaluated(bundle, cohort)
    medial = found.comparison.find("tiny", "kappa", "medial", "mrust")
    anterior = found.comparison.find("tiny", "kappa", "anterior", "mrust")
    assert medial is not None
    assert anterior is not None
    assert (medial.exams, anterior.exams) == (5, 6)
    assert found.provenance["Films that could not be read and were left out"].startswith("line 2 (ap): ")


def test_every_model_is_judged_on_the_same_examinations(cohort: Cohort, bundle: Bundle) -> None:
    for view in ("ap", "lateral"):
        (cohort.source.parent / "films" / f"2-{view}.png").unlink()
    found = evaluate_bundles({"first": bundle, "second": bundle}, cohort, seed=0, replicates=5)
    rows = [found.comparison.find(name, "mae", "total", "mrust") for name in ("first", "second")]
    assert [row and row.exams for row in rows] == [5, 5]
    assert found.provenance["Examinations left out with them"] == 1


def test_the_next_film_of_a_view_serves_when_the_first_cannot_be_read(tmp_path: Path, bundle: Bundle) -> None:
    table = a_cohort(tmp_path / "cohort")
    save_film(table.parent / "films" / "again.png", a_film(lateral=0.0, levels=LEVELS[0][:2]))
    (table.parent / "films" / "0-ap.png").unlink()
    with table.open("a") as stream:
        stream.write("P0-0,3 months,ap,films/again.png,,,,,,A\n")
    found = evaluated(bundle, read_cohort(table))
    medial = found.comparison.find("tiny", "kappa", "medial", "mrust")
    assert medial is not None
    assert medial.exams == 6
    assert medial.estimate == pytest.approx(1.0)
    assert len(found.unread) == 1


def test_unlabelled_examinations_are_not_run(tmp_path: Path, bundle: Bundle) -> None:
    table = a_cohort(tmp_path / "cohort")
    with table.open("a") as stream:
        stream.write("P9,3 months,ap,films/none.png,,,,,,\n")
    found = evaluated(bundle, read_cohort(table))
    assert (len(found.examinations), found.unread) == (6, ())


def test_a_cohort_without_labels_is_refused(tmp_path: Path, bundle: Bundle) -> None:
    table = a_cohort(tmp_path / "cohort")
    lines = table.read_text().splitlines()
    table.write_text("\n".join([lines[0], "P9,3 months,ap,films/0-ap.png,,,,,,"]) + "\n")
    with pytest.raises(CohortError, match="needs an examination that has a label"):
        evaluated(bundle, read_cohort(table))


def test_a_group_that_a_blind_never_saw_is_said(tmp_path: Path) -> None:
    bundle = a_model(tmp_path / "many", a_cohort(tmp_path / "many-films", patients=12, offset=1))
    table = a_cohort(tmp_path / "cohort")
    table.write_text(table.read_text().replace("P0-0,3 months", "P0-0,5 years"))
    notes = " ".join(evaluated(bundle, read_cohort(table)).notes)
    assert "blind-visit meets 1 of 6 examinations whose group it never saw" in notes
    assert "blind-view meets" not in notes


@pytest.mark.parametrize(
    ("readers", "simulated"), [(("simulated",), True), (("simulated", "A"), False), (("A",), False)]
)
def test_a_cohort_is_simulated_when_every_label_is(tmp_path: Path, readers: tuple[str, ...], simulated: bool) -> None:
    table = a_cohort(tmp_path / "cohort", patients=2, reader=readers[0])
    for reader in readers[1:]:
        with table.open("a") as stream:
            stream.write(f"P0-0,3 months,ap,films/0-ap.png,1,1,,,mrust,{reader}\n")
    assert is_simulated(read_cohort(table), wholly=True) is simulated
    assert is_simulated(read_cohort(table)) is ("simulated" in readers)


def test_a_card_whose_baselines_cannot_be_read_is_refused(tmp_path: Path, cohort: Cohort) -> None:
    trained = a_cohort(tmp_path / "trained", offset=1)
    bundle = a_model(tmp_path / "model", trained, baselines=False)
    broken = a_model(tmp_path / "broken", trained, name="broken", baselines=False)
    object.__setattr__(broken, "card", bundle.card.model_copy(update={"baselines": ({"kind": "blind-view"},)}))
    with pytest.raises(BundleError, match="no-image baselines cannot be read"):
        evaluated(broken, cohort)


def test_no_model_is_wrong_usage(cohort: Cohort) -> None:
    with pytest.raises(UsageError, match="at least one model"):
        evaluate_bundles({}, cohort, seed=0)
