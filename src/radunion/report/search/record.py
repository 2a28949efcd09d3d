"""search.json: every number of the page, the trials with their folds and epochs, and what was made of them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

from radunion.report.search.material import SearchMaterial, Trial
from radunion.report.search.standing import Again, Standing, spread
from radunion.report.study.seed import MEASURED, PUBLISHED

_NO_INTERVAL = "one seed of weights and folds: only its spread over folds is known, in search.json"
_MADE_OF_PARTS = ("axes", "trials", "repeats", "verdict", "work")


def search_record(standing: Standing) -> dict[str, Any]:
    """Return JSON-able data of everything that the page shows; what is not finite is null."""
    material = standing.material
    plain = [one.name for one in fields(material) if one.name not in _MADE_OF_PARTS]
    record: dict[str, Any] = {"schema": 1} | {name: getattr(material, name) for name in plain}
    record |= {
        "axes": [asdict(one) for one in material.axes],
        "work": asdict(material.work) | {"peak_memory_gb": material.work.peak_memory_gb},
        "standing": _counts(standing),
        "verdict": asdict(material.verdict) if material.verdict else None,
        "again": [_of_again(one) for one in standing.again],
        "repeats": [asdict(one) for one in material.repeats],
        "seed_study": {"published": [asdict(one) for one in PUBLISHED], "measured": MEASURED},
        "trials": [_of_trial(one, standing) for one in material.trials],
    }
    finite: dict[str, Any] = json.loads(json.dumps(record, default=_known), parse_constant=lambda _: None)
    return finite


def metric_rows(standing: Standing) -> dict[str, Any]:
    """Return metrics.json in the form that every report has: a row a trial, a repeated trial, and the verdict."""
    return {"schema": 1, "rows": list(_rows(standing))}


def _rows(standing: Standing) -> Iterator[dict[str, Any]]:
    material = standing.material
    for trial in standing.order:
        yield _row(material, f"trial {trial.number}", (trial.score, None, None), reason=_NO_INTERVAL)
    for one in standing.again:
        yield _row(material, f"trial {one.number}, fresh seeds", (one.mean, one.low, one.high))
    told = material.verdict
    if told is not None:
        name = f"trial {told.best} - trial {told.median}, fresh seeds"
        yield _row(material, name, (told.repeated, told.low, told.high), metric=f"difference:{material.objective}")


def _row(
    material: SearchMaterial,
    name: str,
    told: tuple[float | None, float | None, float | None],
    *,
    metric: str = "",
    reason: str | None = None,
) -> dict[str, Any]:
    estimate, low, high = told
    return {
        "protocol": f"{material.protocol}, {name}",
        "metric": metric or material.objective,
        "scope": "films" if material.objective == "auroc18" else "cortices",
        "scale": material.scale,
        "estimate": estimate,
        "low": low,
        "high": high,
        "patients": material.cohort.get("Patients"),
        "exams": material.cohort.get("Examinations"),
        "reason": reason,
    }


def _counts(standing: Standing) -> dict[str, Any]:
    states = [one.state for one in standing.material.trials]
    named = {"best": standing.best, "median": standing.median}
    return (
        {"trials": len(states), "cells": standing.cells}
        | {state: states.count(state) for state in ("complete", "pruned", "failed")}
        | {name: None if trial is None else trial.number for name, trial in named.items()}
    )


def _of_again(one: Again) -> dict[str, Any]:
    return asdict(one) | {"fall": one.fall}


def _of_trial(trial: Trial, standing: Standing) -> dict[str, Any]:
    """Return a trial by field, not by `asdict`: its mappings may be read-only views."""
    told = {one.name: getattr(trial, one.name) for one in fields(trial)}
    derived = {"rank": standing.ranks.get(trial.number), "score": trial.score, "sd": spread(trial.folds)}
    return {"number": trial.number} | derived | told


def _known(value: Any) -> Any:
    """Turn what JSON does not know into a plain mapping or into text."""
    return dict(value) if isinstance(value, Mapping) else str(value)
