"""The order of visits in time: by days since injury, else by names such as `6 weeks` or `month_12`."""

import re
from collections.abc import Callable, Sequence

from radunion.cohort.examination import Examination

_DAYS = {"d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}
_UNIT = r"(d(?:ays?)?|w(?:ee)?ks?|w|m(?:o(?:nth)?s?)?|y(?:ea)?rs?|y)"
_NUMBER = r"(\d+(?:\.\d+)?)"
_SPAN = re.compile(rf"(?<![a-z0-9.]){_NUMBER}[\s_-]*{_UNIT}(?![a-z])")
_SPAN_REVERSED = re.compile(rf"(?<![a-z]){_UNIT}[\s_-]*{_NUMBER}(?![a-z0-9])")
_ORDINAL = re.compile(r"(?:visit|v|fu|follow-?up|timepoint|t)?[\s_-]*(\d+)")


def days_of_visit(visit: str) -> float | None:
    """Return the days in a visit's name (`3 months`, `6_weeks_arm_1`, `baseline` = 0), None when it has none."""
    name = visit.lower()
    if found := _SPAN.search(name):
        return float(found[1]) * _DAYS[found[2][0]]
    if found := _SPAN_REVERSED.search(name):
        return float(found[2]) * _DAYS[found[1][0]]
    return 0.0 if re.match(r"(baseline|post-?op|injury)", name) else None


def in_time(examinations: Sequence[Examination]) -> list[Examination]:
    """Order the examinations of one leg in time; empty when neither days nor names order all of them."""
    for clock in _CLOCKS:
        times = [clock(examination) for examination in examinations]
        known = [time for time in times if time is not None]
        if len(known) == len(times) == len(set(known)):
            order = sorted(range(len(known)), key=known.__getitem__)
            return [examinations[index] for index in order]
    return []


def _ordinal(examination: Examination) -> float | None:
    found = _ORDINAL.fullmatch(examination.visit.lower())
    return float(found[1]) if found else None


_CLOCKS: tuple[Callable[[Examination], float | None], ...] = (
    lambda examination: examination.days_since_injury,
    lambda examination: days_of_visit(examination.visit),
    _ordinal,
)
