"""Checks of the labels: scales and sites, what is not scored, totals that fall, labels that say nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from radunion.cohort.examination import Cohort, Examination, Label
from radunion.cohort.film_checks import scored_rows
from radunion.cohort.finding import Finding, counted, finding
from radunion.cohort.visits import in_time
from radunion.scale import SCALES, Convention, Scale, total

FEW_PATIENTS = 20
"""Fewer patients than this give folds and intervals that mean little."""
_FEWEST_FOR_CONSTANT = 5


def mixed_scales(cohort: Cohort) -> Iterator[Finding]:
    """Report a cohort with labels on both scales; each is evaluated on its own."""
    by_scale = {scale: _lines_of(cohort, scale) for scale in SCALES}
    if all(by_scale.values()):
        counts = ", ".join(f"{scale} in {counted(len(lines), 'examination')}" for scale, lines in by_scale.items())
        rarer = min(by_scale.values(), key=len)
        yield finding(
            "RU108", f"{counts}; each is evaluated on its own scale", (line for rows in rarer for line in rows)
        )


def scale_is_site(cohort: Cohort) -> Iterator[Finding]:
    """Report sites that each keep to one scale where the cohort has two: a model can then win by knowing the site."""
    scales: dict[str, set[Scale]] = defaultdict(set)
    for examination in cohort.examinations:
        scales[examination.site] |= {label.scale for label in examination.labels}
    scored = [used for used in scales.values() if used]
    if len(scored) > 1 and all(len(used) == 1 for used in scored) and len(set.union(*scored)) > 1:
        named = ", ".join(f"{site or 'no site'} {min(used)}" for site, used in sorted(scales.items()) if used)
        yield finding("RU109", f"{named}; read every result beside the blind that knows only site and visit")


def unscored_rows(cohort: Cohort) -> Iterator[Finding]:
    """Report rows that carry no score; their examination may have its scores on another row."""
    scored = {line for line, _, _ in scored_rows(cohort)}
    empty = [line for line in cohort.lines if line not in scored]
    if empty:
        yield finding("RU110", f"{len(empty):,} of {counted(len(cohort.lines), 'row')}; blank is not unscorable", empty)


def unscored_examinations(cohort: Cohort) -> Iterator[Finding]:
    """Report examinations for which nobody recorded anything."""
    empty = [examination for examination in cohort.examinations if not examination.labels]
    if empty:
        detail = f"{len(empty):,} of {counted(len(cohort), 'examination')}; they train and test nothing"
        yield finding("RU111", detail, (line for examination in empty for line in examination.lines))


def falling_totals(cohort: Cohort) -> Iterator[Finding]:
    """Report visits whose exact total is below that of the visit before, by one reader on one scale."""
    pairs = list(_pairs_of_totals(cohort))
    fallen = [later for earlier, later in pairs if later[1] < earlier[1]]
    if fallen:
        detail = f"{len(fallen):,} of {counted(len(pairs), 'pair')} of visits; readers differ and fractures refracture"
        yield finding("RU112", detail, (line for examination, _ in fallen for line in examination.lines))


def unordered_visits(cohort: Cohort) -> Iterator[Finding]:
    """Report legs whose visits neither days since injury nor names put in order; their totals are not compared."""
    unordered = [leg for leg in _legs(cohort.examinations) if not in_time(leg)]
    if unordered:
        detail = f"{counted(len(unordered), 'leg')}; fill days_since_injury, or name visits as `6 weeks`, `3 months`"
        yield finding("RU116", detail, (line for leg in unordered for item in leg for line in item.lines))


def constant_levels(cohort: Cohort) -> Iterator[Finding]:
    """Report a site of at least five scored examinations with one level throughout."""
    sites: dict[str, list[Examination]] = defaultdict(list)
    for examination in cohort.examinations:
        if examination.labels:
            sites[examination.site].append(examination)
    for site, examinations in sites.items():
        cells = (score for item in examinations for label in item.labels for score in label.scores.values())
        levels = {score for score in cells if score is not None}
        if len(examinations) >= _FEWEST_FOR_CONSTANT and len(levels) == 1:
            detail = f"{min(levels)} in {counted(len(examinations), 'examination')} of {_named(site)}"
            yield finding("RU113", detail, (line for examination in examinations for line in examination.lines))


def few_patients(cohort: Cohort) -> Iterator[Finding]:
    """Report a cohort whose scored examinations are of few patients."""
    patients = {examination.patient for examination in cohort.examinations if examination.labels}
    if len(patients) < FEW_PATIENTS:
        detail = f"{counted(len(patients), 'patient')} with a score; {FEW_PATIENTS} or more are wanted for folds"
        yield finding("RU114", detail)


def patients_of_several_sites(cohort: Cohort) -> Iterator[Finding]:
    """Report a patient named at several sites: record numbers are often unique only within a study."""
    sites: dict[str, set[str]] = defaultdict(set)
    for examination in cohort.examinations:
        sites[examination.patient] |= {examination.site}
    several = {patient for patient, named in sites.items() if len(named) > 1}
    if several:
        lines = (line for item in cohort.examinations if item.patient in several for line in item.lines)
        detail = f"{counted(len(several), 'patient')}; put the site into the patient if these are different people"
        yield finding("RU115", detail, lines)


def _lines_of(cohort: Cohort, scale: Scale) -> list[tuple[int, ...]]:
    return [item.lines for item in cohort.examinations if any(label.scale == scale for label in item.labels)]


def _pairs_of_totals(cohort: Cohort) -> Iterator[tuple[tuple[Examination, int], tuple[Examination, int]]]:
    """Pair the exact totals of successive visits of one leg, one reader and one scale."""
    series: dict[tuple[str, ...], list[tuple[Examination, int]]] = defaultdict(list)
    for examination in (item for leg in _legs(cohort.examinations) for item in in_time(leg)):
        for label in examination.labels:
            if (exact := _exact_total(label, cohort.convention)) is not None:
                key = (examination.patient, examination.side, label.reader, label.reading, label.scale)
                series[key].append((examination, exact))
    for totals in series.values():
        yield from pairwise(totals)


def _exact_total(label: Label, convention: Convention) -> int | None:
    return total(label.cortices, label.scale, convention).exact


def _legs(examinations: Iterable[Examination]) -> Iterator[list[Examination]]:
    legs: dict[tuple[str, str], list[Examination]] = defaultdict(list)
    for examination in examinations:
        legs[examination.patient, examination.side].append(examination)
    return (leg for leg in legs.values() if len(leg) > 1)


def _named(site: str) -> str:
    return f"site {site}" if site else "the cohort"
