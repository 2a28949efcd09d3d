"""The sealed hold-out: chosen once, by patient; whoever works on the table leaves it out; every opening is recorded."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.test_cohort_splits import cohort_of, cohort_rows

from radunion import NOTICE, __version__
from radunion.cohort import (
    Cohort,
    Seal,
    only_sealed,
    read_cohort,
    read_seal,
    record_opening,
    refuse_sealed,
    seal_file,
    seal_holdout,
    seal_path,
    without_sealed,
    write_cohort,
)
from radunion.cohort import sealed as seal_module
from radunion.errors import CohortError, UsageError

SHA = "ab" * 32


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    return cohort_of(cohort_rows(60, 4), tmp_path / "cohort.csv")


def sealed(cohort: Cohort) -> Seal:
    return seal_holdout(cohort, fraction=0.15, seed=3)


def document(cohort: Cohort) -> dict[str, object]:
    return dict(json.loads(seal_path(cohort.source).read_text()))


def held_patients(cohort: Cohort) -> set[str]:
    return set(only_sealed(cohort)[0].patients)


def test_a_seal_holds_out_whole_patients_and_reads_back_as_it_was_written(cohort: Cohort) -> None:
    seal = sealed(cohort)
    held = seal.held(cohort)
    assert read_seal(cohort.source) == seal
    assert held.mean() == pytest.approx(0.15, abs=0.05)
    assert (seal.patients, seal.examinations) == (len(held_patients(cohort)), held.sum())
    assert not held_patients(cohort) & set(without_sealed(cohort)[0].patients)
    assert (seal.fraction, seal.seed, seal.convention, seal.cohort_sha256) == (0.15, 3, "metrc", cohort.digest())


def test_the_table_is_not_touched_and_the_file_names_nobody(cohort: Cohort) -> None:
    before = cohort.source.read_bytes()
    sealed(cohort)
    assert cohort.source.read_bytes() == before
    assert seal_path(cohort.source) == cohort.source.with_name("cohort.holdout.json")
    strings = [value for value in document(cohort).values() if isinstance(value, str)]
    assert NOTICE in strings
    hashes = document(cohort)["held_out"]
    assert isinstance(hashes, list)
    assert all(len(one) == 64 for one in hashes)
    assert not {f'"{patient}"' for patient in cohort.patients} & set(seal_path(cohort.source).read_text().split())


def test_the_same_seed_holds_out_the_same_patients_under_another_salt(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    first = cohort_of(cohort_rows(60, 4), tmp_path / "cohort.csv")
    second = cohort_of(cohort_rows(60, 4), tmp_path / "again" / "cohort.csv")
    assert not set(sealed(first).held_out) & set(sealed(second).held_out)
    assert held_patients(first) == held_patients(second)


def test_a_second_seal_is_refused_and_changes_nothing(cohort: Cohort) -> None:
    seal = sealed(cohort)
    with pytest.raises(UsageError, match=f"chosen once, and this table's was sealed on {seal.when[:10]}"):
        seal_holdout(cohort, fraction=0.3, seed=9)
    assert read_seal(cohort.source) == seal


def test_an_unsealed_table_is_left_whole(cohort: Cohort) -> None:
    assert read_seal(cohort.source) is None
    assert without_sealed(cohort) == (cohort, None)
    refuse_sealed(cohort)
    with pytest.raises(UsageError, match="no hold-out is sealed here"):
        only_sealed(cohort)
    with pytest.raises(UsageError, match="no hold-out is sealed here"):
        record_opening(cohort.source, model="m", model_sha256=SHA, out="result")


def test_a_cohort_that_holds_any_sealed_examination_is_refused(cohort: Cohort) -> None:
    seal = sealed(cohort)
    refuse_sealed(without_sealed(cohort)[0])
    with pytest.raises(CohortError, match=f"found {seal.examinations} of its examinations"):
        refuse_sealed(cohort)
    with pytest.raises(CohortError, match="found 1 of its examinations"):
        refuse_sealed(cohort.subset(np.flatnonzero(seal.held(cohort))[:1]))
    with pytest.raises(CohortError, match="every examination is of the sealed hold-out"):
        without_sealed(only_sealed(cohort)[0])


@pytest.mark.parametrize("name", ["seed", "fraction", "when", "salt", "cohort_sha256", "notice", "examinations"])
def test_an_edit_of_any_entry_shows(cohort: Cohort, name: str) -> None:
    sealed(cohort)
    edited = document(cohort)
    edited[name] = "0" if isinstance(edited[name], str) else 7
    seal_path(cohort.source).write_text(json.dumps(edited))
    with pytest.raises(CohortError, match="does not match its own hash"):
        without_sealed(cohort)


def test_a_patient_taken_off_the_list_shows(cohort: Cohort) -> None:
    sealed(cohort)
    edited = document(cohort)
    hashes = edited["held_out"]
    assert isinstance(hashes, list)
    edited["held_out"] = hashes[1:]
    seal_path(cohort.source).write_text(json.dumps(edited))
    with pytest.raises(CohortError, match="does not match its own hash"):
        refuse_sealed(cohort)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": 1}', '{"schema": 1, "openings": 3}'])
def test_a_damaged_seal_is_refused_not_ignored(cohort: Cohort, text: str) -> None:
    seal_path(cohort.source).write_text(text)
    for use in (without_sealed, only_sealed, refuse_sealed, sealed):
        with pytest.raises(CohortError, match="must be as radunion wrote it"):
            use(cohort)


def test_a_seal_of_another_schema_is_refused(cohort: Cohort) -> None:
    sealed(cohort)
    seal_path(cohort.source).write_text(json.dumps({**document(cohort), "schema": 2}))
    with pytest.raises(CohortError, match="this one is of another"):
        read_seal(cohort.source)


def test_openings_are_recorded_in_order_and_keep_the_seal(cohort: Cohort) -> None:
    seal = sealed(cohort)
    first = record_opening(cohort.source, model="first", model_sha256=SHA, out="one")
    second = record_opening(cohort.source, model="second", model_sha256=SHA, out="two")
    assert [one.model for one in second.openings] == ["first", "second"]
    assert second.openings[0] == first.openings[0]
    assert (second.openings[1].out, second.openings[1].radunion) == ("two", __version__)
    assert second.digest() == seal.digest()
    assert read_seal(cohort.source) == second


def test_an_opening_that_was_edited_or_struck_out_shows(cohort: Cohort) -> None:
    sealed(cohort)
    for model in ("first", "second"):
        record_opening(cohort.source, model=model, model_sha256=SHA, out="out")
    whole = document(cohort)
    openings = whole["openings"]
    assert isinstance(openings, list)
    for tampered in (openings[1:], [{**openings[0], "model": "other"}, openings[1]], openings[::-1]):
        seal_path(cohort.source).write_text(json.dumps({**whole, "openings": tampered}))
        with pytest.raises(CohortError, match="list of openings does not match"):
            read_seal(cohort.source)


def test_patients_that_join_are_not_held_out_and_those_that_vanish_are_counted(cohort: Cohort) -> None:
    seal = sealed(cohort)
    gone = min(held_patients(cohort))
    lines = cohort.source.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(f"{gone},")]
    cohort.source.write_text("\n".join([*kept, "new,1,ap,new.png,1,1,1,1,mrust,south"]) + "\n")
    changed = read_cohort(cohort.source)
    assert seal.vanished(cohort) == 0
    assert seal.vanished(changed) == 1
    assert held_patients(changed) == held_patients(cohort) - {gone}
    assert "new" in without_sealed(changed)[0].patients


def test_a_table_without_any_sealed_patient_cannot_be_opened(cohort: Cohort) -> None:
    sealed(cohort)
    rest, _ = without_sealed(cohort)
    with pytest.raises(CohortError, match="and the table none of them"):
        only_sealed(rest)
    assert without_sealed(rest)[0] is rest


def test_rows_in_another_order_and_blanks_around_a_patient_change_nobody(cohort: Cohort) -> None:
    sealed(cohort)
    before = held_patients(cohort)
    head, *rows = cohort.source.read_text().splitlines()
    cohort.source.write_text("\n".join([head, *(f"  {row.replace(',', ' ,', 1)}" for row in rows[::-1])]) + "\n")
    assert held_patients(read_cohort(cohort.source)) == before


def test_a_patient_is_the_same_however_its_letters_are_composed() -> None:
    assert seal_file.hash_of("Jos\u00e9 1", "salt") == seal_file.hash_of(" Jose\u0301  1", "salt")
    assert seal_file.hash_of("P 1", "salt") != seal_file.hash_of("P1", "salt")
    assert seal_file.hash_of("P1", "salt") != seal_file.hash_of("P1", "pepper")


def test_a_parquet_table_is_sealed_like_any_other(cohort: Cohort) -> None:
    table = cohort.source.with_name("films.parquet")
    write_cohort(pl.read_csv(cohort.source, infer_schema=False), table)
    parquet = read_cohort(table)
    sealed(parquet)
    assert seal_path(table).name == "films.holdout.json"
    assert without_sealed(cohort)[1] is None
    with pytest.raises(CohortError, match="sealed hold-out"):
        refuse_sealed(parquet)


def test_a_link_leads_to_the_seal_and_a_copy_elsewhere_does_not(cohort: Cohort, tmp_path: Path) -> None:
    sealed(cohort)
    (tmp_path / "other").mkdir()
    link, copy = tmp_path / "other" / "link.csv", tmp_path / "other" / "copy.csv"
    link.symlink_to(cohort.source)
    shutil.copy(cohort.source, copy)
    with pytest.raises(CohortError, match="sealed hold-out"):
        refuse_sealed(read_cohort(link))
    refuse_sealed(read_cohort(copy))


def test_a_fraction_that_leaves_a_side_empty_is_refused_and_nothing_is_written(cohort: Cohort, tmp_path: Path) -> None:
    for fraction in (0.0, 1.0, 0.001, float("nan")):
        with pytest.raises(UsageError, match="leaves a side empty"):
            seal_holdout(cohort, fraction=fraction, seed=0)
    bare = cohort_of([f"p{one},1,ap,{one}.png,,,,,,south" for one in range(10)], tmp_path / "bare.csv")
    with pytest.raises(UsageError, match="leaves a side without labels"):
        seal_holdout(bare, fraction=0.5, seed=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bare.csv", "cohort.csv"]


def test_an_interrupted_write_leaves_the_seal_as_it_was(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    seal = sealed(cohort)

    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        record_opening(cohort.source, model="m", model_sha256=SHA, out="out")
    monkeypatch.undo()
    assert read_seal(cohort.source) == seal
    left = {path.name for path in cohort.source.parent.iterdir()}
    assert left == {"cohort.csv", "cohort.holdout.json", ".cohort.holdout.json.lock"}
    assert len(record_opening(cohort.source, model="m", model_sha256=SHA, out="out").openings) == 1


def test_a_folder_that_cannot_be_written_is_told_so(cohort: Cohort) -> None:
    seal_path(cohort.source).with_name(".cohort.holdout.json.lock").mkdir()  # root may write where others may not
    with pytest.raises(CohortError, match=r"cannot be written .*make it writable, or copy the table"):
        sealed(cohort)
    assert read_seal(cohort.source) is None


def test_a_lock_that_another_process_keeps_is_told(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr(seal_file, "_PATIENCE_S", 0.05)
    with (
        FileLock(cohort.source.with_name(".cohort.holdout.json.lock")),
        pytest.raises(CohortError, match="another process is writing this seal"),
    ):
        sealed(cohort)


def test_of_two_that_seal_at_once_one_is_refused(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    chosen, both = seal_module._chosen, Barrier(2)

    def chosen_together(cohort: Cohort, *, fraction: float, seed: int) -> Seal:
        seal = chosen(cohort, fraction=fraction, seed=seed)
        both.wait(30)
        return seal

    monkeypatch.setattr(seal_module, "_chosen", chosen_together)
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(seal_holdout, cohort, fraction=0.2, seed=seed) for seed in (1, 2)]
        errors = [one.exception() for one in tries]
    (winner,) = [one.result() for one, error in zip(tries, errors, strict=True) if error is None]
    assert [type(error) for error in errors if error is not None] == [UsageError]
    assert read_seal(cohort.source) == winner


@pytest.mark.slow
def test_of_two_processes_that_seal_at_once_one_is_refused(cohort: Cohort) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom radunion.cohort import read_cohort, seal_holdout\n"
        "cohort = read_cohort(Path(sys.argv[1]))\n"
        "print('ready', flush=True)\nsys.stdin.readline()\nseal_holdout(cohort, fraction=0.2, seed=int(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", program, str(cohort.source)]
    pipe = subprocess.PIPE
    both = [subprocess.Popen([*command, str(seed)], stdin=pipe, stdout=pipe, stderr=pipe, text=True) for seed in (1, 2)]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    errors = [one.communicate()[1] for one in both]
    assert sorted(one.returncode for one in both) == [0, 1]
    assert "a hold-out is chosen once" in "".join(errors)
    seal = read_seal(cohort.source)
    assert seal is not None
    assert seal.seed in (1, 2)


def test_two_openings_at_once_are_both_recorded(cohort: Cohort) -> None:
    from concurrent.futures import ThreadPoolExecutor

    sealed(cohort)
    with ThreadPoolExecutor(4) as pool:
        names = [f"m{number}" for number in range(8)]
        list(pool.map(lambda name: record_opening(cohort.source, model=name, model_sha256=SHA, out="o"), names))
    seal = read_seal(cohort.source)
    assert seal is not None
    assert sorted(one.model for one in seal.openings) == names
