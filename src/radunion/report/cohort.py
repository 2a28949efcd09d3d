"""What a cohort is made of, for the report: its size, levels by visit, and what is missing."""

from collections.abc import Sequence
from typing import Any

from radunion.cohort import Examination, Label
from radunion.scale import CORTICES, LEVELS, SCALES, TOP_SCORE, UNSCORED

Group = tuple[str, str, str]


def summarise_cohort(examinations: Sequence[Examination]) -> dict[str, Any]:
    """Count examinations, films and labels; no patient is named."""
    patients = [one.patient for one in examinations]
    labels = [label for one in examinations for label in one.labels]
    return {
        "Patients": len(set(patients)),
        "Patients with several examinations": sum(patients.count(patient) > 1 for patient in set(patients)),
        "Examinations": len(examinations),
        "Examinations with both films": sum(bool(one.film("ap") and one.film("lateral")) for one in examinations),
        "Films": sum(len(one.films) for one in examinations),
        "Labels": len(labels),
        "Labels with all four cortices scored": sum(_complete(label) for label in labels),
        "Scored cortices by site and visit": _levels(examinations),
    }


def _complete(label: Label) -> bool:
    return all(label.scores.get(cortex) is not None for cortex in CORTICES)


def _levels(examinations: Sequence[Examination]) -> list[dict[str, Any]]:
    groups: dict[Group, list[Label]] = {}
    for one in examinations:
        for label in one.labels:
            groups.setdefault((one.site, one.visit, label.scale), []).append(label)
    return [_row(group, groups[group]) for group in sorted(groups)]


def _row(group: Group, labels: Sequence[Label]) -> dict[str, Any]:
    site, visit, scale = group
    scores = [label.scores.get(cortex) for label in labels for cortex in CORTICES]
    said = [label.cortices.get(cortex, UNSCORED).scorable for label in labels for cortex in CORTICES]
    top = next(TOP_SCORE[name] for name in SCALES if name == scale)
    levels = {f"Score {level}": scores.count(level) if level <= top else None for level in LEVELS}
    missing = {"Unscorable": said.count(False), "Blank": said.count(None)}
    head = {"Site": site or "–", "Visit": visit, "Scale": "RUST" if scale == "rust" else "mRUST", "Labels": len(labels)}
    return {**head, **levels, **missing}
