"""The sealed hold-out: patients put aside once, left out of all work until one command opens it and records that."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from radunion import __version__
from radunion.cohort.examination import Cohort
from radunion.cohort.seal_file import Opening, Seal, hash_of, locked, read_seal, seal_path, write_seal
from radunion.cohort.splits import holdout
from radunion.errors import CohortError, UsageError

__all__ = [
    "Opening",
    "Seal",
    "only_sealed",
    "read_seal",
    "record_opening",
    "refuse_sealed",
    "seal_holdout",
    "seal_path",
    "without_sealed",
]

FRACTION = 0.15
"""The seed study's share."""


def seal_holdout(cohort: Cohort, *, fraction: float = FRACTION, seed: int) -> Seal:
    """Choose about `fraction` of the examinations, in whole patients, stratified, and write the seal beside the table.

    Raises UsageError when the table is sealed already or a side would be empty, CohortError when the seal cannot be
    written.
    """
    _must_be_unsealed(cohort.source)
    seal = _chosen(cohort, fraction=fraction, seed=seed)
    with locked(cohort.source):
        _must_be_unsealed(cohort.source)
        write_seal(cohort.source, seal)
    return seal


def without_sealed(cohort: Cohort) -> tuple[Cohort, Seal | None]:
    """Return the cohort less its sealed patients, and the seal if there is one; callers say how many are left out.

    Raises CohortError when nobody is left, or the seal is damaged.
    """
    seal = read_seal(cohort.source)
    if seal is None:
        return cohort, None
    held = seal.held(cohort)
    if held.all():
        raise CohortError(f"{cohort.source}: every examination is of the sealed hold-out; found none to work on")
    return (cohort.subset(~held) if held.any() else cohort), seal


def only_sealed(cohort: Cohort) -> tuple[Cohort, Seal]:
    """Return the sealed examinations alone, for the one command that opens the hold-out.

    Raises UsageError when the table is not sealed, CohortError when none of the held-out patients is left in it.
    """
    seal = _seal_of(cohort.source)
    held = seal.held(cohort)
    if not held.any():
        raise CohortError(
            f"{cohort.source}: the sealed hold-out has {seal.patients} patients and the table none of them; bring back "
            "the table that was sealed"
        )
    return cohort.subset(held), seal


def refuse_sealed(cohort: Cohort) -> None:
    """Raise CohortError when a cohort holds any examination of the sealed hold-out of its table."""
    seal = read_seal(cohort.source)
    if seal is not None and (found := int(seal.held(cohort).sum())):
        raise CohortError(
            f"{cohort.source}: nothing may be learned from a sealed hold-out; found {found} of its examinations, leave "
            "them out with radunion.cohort.without_sealed"
        )


def record_opening(table: Path, *, model: str, model_sha256: str, out: str) -> Seal:
    """Add an opening to the seal and return it; call it before any result is shown. `out` is a folder's name.

    Raises UsageError when the table is not sealed, CohortError when the seal cannot be written.
    """
    with locked(table):
        seal = _seal_of(table)
        opening = Opening(_now(), model, model_sha256, __version__, out)
        seal = replace(seal, openings=(*seal.openings, opening))
        write_seal(table, seal)
    return seal


def _chosen(cohort: Cohort, *, fraction: float, seed: int) -> Seal:
    held = holdout(cohort, fraction=fraction, seed=seed)
    labelled = np.array([bool(examination.labels) for examination in cohort.examinations])
    if not (held & labelled).any() or not (~held & labelled).any():
        raise UsageError(f"a hold-out of {fraction} leaves a side without labels; label more patients, or ask for more")
    salt = secrets.token_hex(16)
    hashes = {hash_of(patient, salt) for patient in cohort.subset(held).patients}
    return Seal(
        cohort_sha256=cohort.digest(),
        fraction=fraction,
        seed=seed,
        convention=cohort.convention,
        when=_now(),
        patients=len(hashes),
        examinations=int(held.sum()),
        salt=salt,
        held_out=tuple(sorted(hashes)),
    )


def _seal_of(table: Path) -> Seal:
    seal = read_seal(table)
    if seal is None:
        raise UsageError(f"{table}: no hold-out is sealed here; seal one first with `radunion holdout seal`")
    return seal


def _must_be_unsealed(table: Path) -> None:
    seal = read_seal(table)
    if seal is not None:
        raise UsageError(
            f"{table}: a hold-out is chosen once, and this table's was sealed on {seal.when}; work with it as it is "
            f"(`radunion holdout status {table.name}`)"
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
