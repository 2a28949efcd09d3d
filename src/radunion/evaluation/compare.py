"""All protocols on the same examinations, blinds first, with paired differences on the same bootstrap samples."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float, Int, Shaped

from radunion.errors import CohortError, UsageError
from radunion.evaluation.blinds import BLINDS
from radunion.evaluation.bootstrap import (
    FIXED_MODELS,
    REPLICATES,
    WITHIN_FOLDS,
    patient_weights,
    percentile_interval,
)
from radunion.evaluation.counts import Counts, count
from radunion.evaluation.measures import COMPARED, measure
from radunion.evaluation.readings import DEFAULT_RULES, Measure, Readings, readings
from radunion.evaluation.reference import Reference
from radunion.evaluation.seed18 import measure_seed18
from radunion.evaluation.seed_blind import SeedFilms, measure_by_fold
from radunion.evaluation.subgroups import measure_subgroups
from radunion.joint import JointLevels
from radunion.scale import SCALES, Scale, UnionRule

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Row:
    """Hold one number with its 95 % interval; None where it is undefined, and then why. `exams` counts labels."""

    protocol: str
    metric: str
    scope: str
    scale: str
    estimate: float | None
    low: float | None
    high: float | None
    patients: int
    exams: int
    reason: str | None = None


@dataclass(frozen=True)
class SeedWay:
    """Hold what every protocol put out in the seed study's 18 columns, film by film, and the fold of each film.

    `note` is what must be said beside the numbers, such as a view that a fold did not learn from.
    """

    films: SeedFilms
    folds: Int[np.ndarray, " films"]
    outputs: Mapping[str, Float[np.ndarray, "films 18"]]
    note: str = ""

    def measure(self, name: str, labels: Reference, weights: np.ndarray) -> list[Measure]:
        """Take one protocol's macro and micro AUROC, the mean over folds."""
        return measure_by_fold(self.films, self.outputs[name], self.folds, labels, weights)


@dataclass(frozen=True)
class Comparison:
    """Hold every number of a report: rows of metrics, and the counts that its figures draw."""

    rows: tuple[Row, ...]
    counts: Counts
    protocols: tuple[str, ...]
    baselines: tuple[str, ...]
    scales: tuple[Scale, ...]
    rules: Mapping[Scale, UnionRule]
    convention: str
    seed: int
    replicates: int
    note: str = FIXED_MODELS

    def frame(self) -> pl.DataFrame:
        """Return the rows as a table."""
        return pl.DataFrame([asdict(row) for row in self.rows], infer_schema_length=None)

    def find(self, protocol: str, metric: str, scope: str, scale: str) -> Row | None:
        """Return one row; None when it was not taken."""
        key = (protocol, metric, scope, scale)
        return next((row for row in self.rows if (row.protocol, row.metric, row.scope, row.scale) == key), None)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able data: undefined numbers are null with a reason."""
        return {
            "schema": 1,
            "note": self.note,
            "convention": self.convention,
            "union_rules": {scale: str(rule) for scale, rule in self.rules.items()},
            "bootstrap": {"unit": "patient", "replicates": self.replicates, "seed": self.seed, "coverage": 0.95},
            "protocols": list(self.protocols),
            "baselines": list(self.baselines),
            "rows": [asdict(row) for row in self.rows],
            "counts": asdict(self.counts),
        }

    def write(self, path: Path) -> Path:
        """Write metrics.json."""
        path.write_text(self.to_json(), encoding="utf-8")
        return path

    def to_json(self) -> str:
        """Return the text of metrics.json."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"


def compare(
    reference: Reference,
    predictions: Mapping[str, JointLevels],
    *,
    seed: int,
    replicates: int = REPLICATES,
    baselines: Sequence[str] = BLINDS,
    rules: Mapping[Scale, UnionRule] = DEFAULT_RULES,
    subgroups: bool = False,
    seed_way: SeedWay | None = None,
    folds: Int[np.ndarray, " exams"] | None = None,
    metrics: Collection[str] | None = None,
) -> Comparison:
    """Measure every protocol against the first label of each examination on each scale.

    A prediction has one row an examination; `reference.examination` says which. Baselines that are among the
    predictions come first; every other protocol is also compared, by what `COMPARED` names, with each of them and with
    the protocols before it. `subgroups` adds headline rows by site, visit and fixation. `seed_way`
    measures the seed study's 18 outputs fold by fold, as it did, on what the protocols themselves put out. `folds` is
    the fold of each row of a prediction, any numbers: AUROC compares examinations of one fold only, for another fold's
    models were trained on other labels; None where one model told all. `metrics` takes only some.
    Raises CohortError without labels, UsageError when a prediction or the folds do not fit.
    """
    labels = reference.first_labels()
    if not len(labels):
        raise CohortError("an evaluation needs at least one labelled examination, found none; check the label columns")
    if not predictions:
        raise UsageError("an evaluation needs at least one protocol, found none")
    must_fit(labels, predictions)
    fold_of = _fold_of(labels, folds)
    blinds = tuple(name for name in baselines if name in predictions)
    names = (*blinds, *(name for name in predictions if name not in blinds))
    scales = tuple(scale for scale in reversed(SCALES) if (labels.scales == scale).any())
    weights = patient_weights(labels.patients, replicates=replicates, seed=seed)
    cases = {name: _cases(labels, predictions[name], scales, rules, fold_of) for name in names}
    taken = {
        name: _measures(cases[name], labels, weights, metrics)
        | _of_seed(name, labels, predictions[name], seed_way, weights, metrics)
        for name in names
    }
    rows = [row_of(name, one, labels.patients) for name in names for one in taken[name].values()]
    if subgroups:
        rows += [row for name in names for row in _subgroups(name, cases[name], labels, weights)]
    rows += [row for pair in _pairs(names, blinds) for row in _differences(pair, taken, labels)]
    counts = count({name: list(cases[name].values()) for name in names})
    note = _note(fold_of, seed_way)
    return Comparison(
        tuple(rows), counts, names, blinds, scales, dict(rules), labels.convention, seed, replicates, note
    )


def _note(fold_of: Int[np.ndarray, " n"], seed_way: SeedWay | None) -> str:
    within = WITHIN_FOLDS if len(np.unique(fold_of)) > 1 else ""
    return " ".join(filter(None, (FIXED_MODELS, within, seed_way.note if seed_way else "")))


def must_fit(labels: Reference, predictions: Mapping[str, JointLevels]) -> None:
    """Raise UsageError unless every prediction has a row for each labelled examination."""
    needed = int(labels.examination.max()) + 1
    for name, prediction in predictions.items():
        if len(prediction) < needed:
            raise UsageError(
                f"a prediction has one row an examination: {name} has {len(prediction)}, the labels need {needed}; "
                "predict the examinations that the reference was made of"
            )


def _fold_of(labels: Reference, folds: Int[np.ndarray, " exams"] | None) -> Int[np.ndarray, " n"]:
    """Return the fold of each label's examination."""
    if folds is None:
        return np.zeros(len(labels), dtype=np.int64)
    needed = int(labels.examination.max()) + 1
    if len(folds) < needed:
        raise UsageError(f"folds are given for each examination: found {len(folds)}, the labels need {needed}")
    return folds[labels.examination]


def _cases(
    labels: Reference,
    prediction: JointLevels,
    scales: Sequence[Scale],
    rules: Mapping[Scale, UnionRule],
    fold_of: Int[np.ndarray, " n"],
) -> dict[Scale, Readings]:
    found = {}
    for scale in scales:
        here = labels.scales == scale
        part = labels[here]
        found[scale] = readings(part, prediction[part.examination], scale=scale, rule=rules[scale], folds=fold_of[here])
    return found


def _measures(
    cases: Mapping[Scale, Readings], labels: Reference, weights: np.ndarray, metrics: Collection[str] | None
) -> dict[Key, Measure]:
    """Take all statistics, or some; rows of each are turned into rows of `labels`."""
    taken: list[Measure] = []
    for scale, case in cases.items():
        rows = np.flatnonzero(labels.scales == scale)
        taken += [replace(one, rows=rows[one.rows]) for one in measure(case, weights[:, rows], metrics)]
    return _keyed(taken)


def _of_seed(
    name: str,
    labels: Reference,
    prediction: JointLevels,
    seed_way: SeedWay | None,
    weights: np.ndarray,
    metrics: Collection[str] | None,
) -> dict[Key, Measure]:
    """Take the seed study's measures where asked for: in its own way, or of all films together."""
    if metrics is not None and not {"seed18-macro", "seed18-micro"} & set(metrics):
        return {}
    if seed_way is None:
        taken = measure_seed18(labels, prediction[labels.examination], weights)
    else:
        taken = seed_way.measure(name, labels, weights)
    return _keyed([one for one in taken if metrics is None or one.metric in metrics])


def _keyed(taken: Sequence[Measure]) -> dict[Key, Measure]:
    return {(one.metric, one.scope, one.scale): one for one in taken}


def _subgroups(name: str, cases: Mapping[Scale, Readings], labels: Reference, weights: np.ndarray) -> Iterator[Row]:
    for scale, case in cases.items():
        rows = np.flatnonzero(labels.scales == scale)
        for one in measure_subgroups(case, weights[:, rows]):
            yield row_of(name, replace(one, rows=rows[one.rows]), labels.patients)


def _pairs(names: Sequence[str], blinds: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pair each protocol that is no baseline with every baseline, then with every such protocol before it."""
    models = [name for name in names if name not in blinds]
    for position, model in enumerate(models):
        for other in (*blinds, *models[:position]):
            yield model, other


def _differences(pair: tuple[str, str], taken: Mapping[str, Mapping[Key, Measure]], labels: Reference) -> Iterator[Row]:
    """Subtract sample by sample, so that what both share cancels."""
    first, second = taken[pair[0]], taken[pair[1]]
    for key, one in first.items():
        if (one.metric, one.scope) in COMPARED:
            yield row_of(f"{pair[0]} - {pair[1]}", difference(one, second[key]), labels.patients)


def difference(first: Measure, second: Measure) -> Measure:
    """Subtract two protocols' values of one statistic, sample by sample."""
    return replace(first, metric=f"difference:{first.metric}", values=first.values - second.values)


def row_of(protocol: str, one: Measure, patients: Shaped[np.ndarray, " n"]) -> Row:
    """Turn a statistic in every bootstrap sample into a row; `patients` are those that `one.rows` count in."""
    estimate = float(one.values[0])
    low, high = percentile_interval(one.values) if np.isfinite(estimate) else (float("nan"), float("nan"))
    return Row(
        protocol,
        one.metric,
        one.scope,
        one.scale,
        estimate=_number(estimate),
        low=_number(low),
        high=_number(high),
        patients=len(np.unique(patients[one.rows])),
        exams=len(one.rows),
        reason=_reason(one, low),
    )


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _reason(one: Measure, low: float) -> str | None:
    if not len(one.rows):
        return "no examination qualifies"
    if not np.isfinite(one.values[0]):
        return "undefined in this cohort: one class, one score or one examination only"
    return None if np.isfinite(low) else "interval not given: undefined in more than 5 % of the bootstrap samples"
