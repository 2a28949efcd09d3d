"""Check a cohort that can be read: films, labels and splits, each finding with its code."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from jaxtyping import Int

from radunion.cohort import film_checks, label_checks
from radunion.cohort.examination import Cohort
from radunion.cohort.finding import CHECKS, CheckCode, Finding, counted, finding, known_code
from radunion.errors import UsageError

Check = Callable[[Cohort], Iterator[Finding]]

_CHECKS: tuple[Check, ...] = (
    film_checks.missing_files,
    film_checks.swapped_views,
    film_checks.swapped_cortices,
    film_checks.scored_without_film,
    film_checks.several_of_a_view,
    label_checks.mixed_scales,
    label_checks.scale_is_site,
    label_checks.unscored_rows,
    label_checks.unscored_examinations,
    label_checks.falling_totals,
    label_checks.unordered_visits,
    label_checks.constant_levels,
    label_checks.few_patients,
    label_checks.patients_of_several_sites,
)


def check_cohort(cohort: Cohort, *, silence: Iterable[str] = (), contents: bool = True) -> list[Finding]:
    """Run every check but those silenced by code, and return what they found in the order of the codes.

    `contents=False` leaves out the comparison of films by content, which reads them.
    Raises UsageError for a code that no check has.
    """
    silenced = _codes(silence)
    checks: tuple[Check, ...] = (*_CHECKS, film_checks.same_film_twice) if contents else _CHECKS
    found = [item for check in checks for item in check(cohort) if item.code not in silenced]
    return sorted(found, key=lambda item: (item.code, item.lines))


def check_split(
    cohort: Cohort, train: Int[np.ndarray, " train"], test: Int[np.ndarray, " test"], *, silence: Iterable[str] = ()
) -> list[Finding]:
    """Report the patients that are on both sides of a split of examination indices."""
    if "RU101" in _codes(silence):
        return []
    examinations = cohort.examinations
    trained = {examinations[int(index)].patient for index in train}
    shared = [examinations[int(index)] for index in test if examinations[int(index)].patient in trained]
    if not shared:
        return []
    patients = {examination.patient for examination in shared}
    both = [item for index in (*train, *test) if (item := examinations[int(index)]).patient in patients]
    detail = f"{counted(len(patients), 'patient')}; split by patient, as folds() and holdout() do"
    return [finding("RU101", detail, (line for item in both for line in item.lines))]


def _codes(silence: Iterable[str]) -> set[CheckCode]:
    named: Sequence[tuple[str, CheckCode | None]] = [(text, known_code(text)) for text in silence]
    unknown = [text for text, code in named if code is None]
    if unknown:
        raise UsageError(f"a check is silenced by its code, {min(CHECKS)} to {max(CHECKS)}; found {', '.join(unknown)}")
    return {code for _, code in named if code is not None}
