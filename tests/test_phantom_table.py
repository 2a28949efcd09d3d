"""The simulated table with readers: one more row a film for each, the same films, and people who differ."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from tests.test_cli_samples import a_cohort

from radunion.cohort import Cohort, check_cohort, read_cohort
from radunion.errors import UsageError
from radunion.phantom import Simulation, simulate
from radunion.phantom.labels import label_table
from radunion.phantom.readers import DOUBTS
from radunion.phantom.simulated import is_simulated
from radunion.phantom.table import readings_of
from radunion.scale import CORTICES

SMALL = (160, 128)
READERS = ("simulated-1", "simulated-2", "simulated-3")
KINDS = tuple(DOUBTS)


def settings(readers: int, patients: int = 3) -> Simulation:
    return Simulation(patients, 5, format="png", size=SMALL, hospital="everyday", readers=readers)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated")
    for readers in (0, 3):
        simulate(out / str(readers), settings(readers), workers=1)
    return out


@pytest.fixture(scope="module")
def read(folder: Path) -> Cohort:
    return read_cohort(folder / "3" / "cohort.csv")


def test_films_and_truth_are_the_same_with_and_without_readers(folder: Path) -> None:
    plain, read = (
        {path.relative_to(folder / name): path.read_bytes() for path in (folder / name).rglob("*") if path.is_file()}
        for name in ("0", "3")
    )
    assert {str(path) for path in plain if plain[path] != read[path]} == {"cohort.csv", "simulation.json"}
    assert plain.keys() == read.keys()


def test_a_film_has_a_row_for_each_reader_and_stays_one_film(folder: Path, read: Cohort) -> None:
    plain = read_cohort(folder / "0" / "cohort.csv")
    per_film = read.frame.group_by("image").agg("reader", "reading")
    assert all(tuple(readers) == READERS for readers in per_film["reader"])
    assert set(read.frame["reading"]) == {"1"}
    for one, other in zip(plain.examinations, read.examinations, strict=True):
        assert [film.path.name for film in one.films] == [film.path.name for film in other.films]
        assert [film.cortex_boxes for film in one.films] == [film.cortex_boxes for film in other.films]
        assert tuple(label.reader for label in other.labels) == (READERS if one.labels else ())


def test_the_check_of_a_cohort_finds_no_more_than_without_readers(folder: Path, read: Cohort) -> None:
    plain = read_cohort(folder / "0" / "cohort.csv")
    found = {item.code for item in check_cohort(read, silence=["RU112"])}
    assert found == {item.code for item in check_cohort(plain, silence=["RU112"])}


def test_the_label_table_is_the_one_that_is_written(read: Cohort) -> None:
    written = read.frame.drop([name for name in read.frame.columns if name.endswith("_box")])
    assert label_table(settings(3)).select(written.columns).equals(written)


def test_a_smaller_panel_is_the_first_of_a_larger_one() -> None:
    three, two = (label_table(settings(readers, patients=20)) for readers in (3, 2))
    assert three.filter(three["reader"] != "simulated-3").equals(two)


def test_a_folder_goes_on_with_the_readers_that_it_has(folder: Path) -> None:
    before = (folder / "3" / "cohort.csv").read_bytes()
    simulate(folder / "3", settings(3), workers=1)
    assert (folder / "3" / "cohort.csv").read_bytes() == before
    for name, readers in (("0", 3), ("3", 0), ("3", 2)):
        with pytest.raises(UsageError, match="other settings"):
            simulate(folder / name, settings(readers), workers=1)
    assert "readers" not in json.loads((folder / "0" / "simulation.json").read_text())
    with pytest.raises(UsageError, match="a seed and readers of 0 or more"):
        simulate(folder / "none", settings(-1))


@dataclass(frozen=True)
class Said:
    """Scores of 60 patients at five visits, by examination and cortex; 0 is unscorable and -1 blank."""

    truth: np.ndarray
    readers: np.ndarray  # (reader, examination, cortex)
    fixations: np.ndarray

    def same(self, pairs: Sequence[tuple[np.ndarray, np.ndarray]], kinds: Sequence[str] = KINDS) -> float:
        """Return the share of cortices, scored by both, that two give the same score."""
        here = np.isin(self.fixations, kinds)[:, None]
        return float(np.concatenate([(one == other)[here & (one > 0) & (other > 0)] for one, other in pairs]).mean())


@pytest.fixture(scope="module")
def said() -> Said:
    cohort = Simulation(60, 2, hospital="everyday", schedule="follow-up")
    patients = [cohort.patient(number) for number in range(1, cohort.patients + 1)]
    visits = [(patient, visit) for patient in patients for visit in range(len(patient.exams))]
    numbers = []
    for readers in (0, 3):
        cells = [readings_of(*one, seed=cohort.seed, readers=readers).values() for one in visits]
        numbers.append([[[_number(reader[cortex]) for cortex in CORTICES] for reader in one] for one in cells])
    truth, three = (np.array(one).swapaxes(0, 1) for one in numbers)
    return Said(truth[0], three, np.array([patient.exams[visit].fixation.kind for patient, visit in visits]))


def _number(cell: str) -> int:
    return int({"": "-1", "U": "0"}.get(cell, cell))


def test_blanks_are_the_examinations_and_the_same_for_all(said: Said) -> None:
    assert ((said.readers == -1) == (said.truth == -1)).all()
    assert 0.05 < (said.truth == -1).mean() < 0.3


def test_readers_agree_less_with_each_other_than_with_the_truth(said: Said) -> None:
    among = said.same(list(combinations(said.readers, 2)))
    assert 0.6 < among < said.same([(one, said.truth) for one in said.readers]) - 0.03 < 0.85


def test_readers_agree_more_where_a_plate_holds_than_where_a_frame_or_nothing_does(said: Said) -> None:
    pairs = list(combinations(said.readers, 2))
    assert said.same(pairs, ("ring", "fixator", "none")) < said.same(pairs, ("plate",)) - 0.05


def test_readers_keep_the_shares_of_levels(said: Said) -> None:
    shares = [np.bincount(one[one > 0], minlength=5)[1:] / (one > 0).sum() for one in (said.truth, said.readers)]
    np.testing.assert_allclose(shares[1], shares[0], atol=0.05)


def test_readers_differ_as_people_and_in_what_they_find_scorable(said: Said) -> None:
    unscorable = (said.readers == 0).mean(axis=(1, 2))
    assert (unscorable > 0).all() and (np.abs(unscorable - (said.truth == 0).mean()) < 0.05).all()
    assert all(((one == 0) != (other == 0)).any() for one, other in combinations(said.readers, 2))
    means = [one[(said.readers > 0).all(axis=0)].mean() for one in said.readers]
    assert max(means) - min(means) > 0.03


@pytest.mark.parametrize(
    ("reader", "simulated"),
    [
        ("simulated-1", True),
        ("simulated-12", True),
        ("simulated-0", False),
        ("simulated-", False),
        ("simulated annealing fan", False),
        ("simulated-1b", False),
        ("not simulated-1", False),
    ],
)
def test_only_the_simulators_own_readers_make_a_cohort_simulated(tmp_path: Path, reader: str, simulated: bool) -> None:
    cohort = read_cohort(a_cohort(tmp_path / "cohort", patients=2, reader=reader))
    assert is_simulated(cohort) is simulated
    assert is_simulated(cohort, wholly=True) is simulated


def test_a_table_of_several_simulated_readers_is_simulated_wholly(read: Cohort) -> None:
    assert is_simulated(read, wholly=True)
