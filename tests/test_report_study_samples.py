"""A made-up study for the tests of its report: a cohort on two scales, blinds, protocols, folds, curves, cases."""

import io
import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from radunion import NOTICE
from radunion.cohort.finding import finding
from radunion.evaluation.blinds import BLINDS, fit_blind
from radunion.evaluation.compare import Comparison, Row, compare
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.report.study.blocks import Grid, Prose, grids_in
from radunion.report.study.ledger import Ledger, ledger_of
from radunion.report.study.material import (
    CoverageRow,
    EpochRecord,
    FlowStep,
    FoldSize,
    Gap,
    ProtocolRun,
    ReliabilityBin,
    RocPoint,
    Skipped,
    StudyMaterial,
    WorstCase,
)
from radunion.report.study.opening import opening
from radunion.scale import CORTICES

NOISE = {
    "lenet (5 epochs, not converged)": 2.5,
    "thesis-1": 1.6,
    "thesis-2@Mixed_7a": 0.9,
    "pair": 0.5,
}
"""The protocols that read films, and how badly."""
PLAIN = {"lenet (5 epochs, not converged)": "lenet", "thesis-2@Mixed_7a": "thesis-2"}


def a_reference(n: int, seed: int, share: float) -> tuple[Reference, np.ndarray]:
    """Make labels on both scales, some blank, some unscorable, and the levels behind them."""
    random = np.random.default_rng(seed)
    visit = random.integers(0, 3, n)
    base = np.clip(np.round(random.normal(1.6 + 0.7 * visit, 0.9)), 1, 4)
    levels = np.clip(base[:, None] + random.choice([-1, 0, 0, 0, 1], size=(n, 4)), 1, 4).astype(np.int64)
    rust, blank = random.random(n) < share, random.random((n, 4)) < 0.06
    scores = np.where(rust[:, None], np.minimum(levels, 3), levels)
    reference = Reference(
        examination=np.arange(n),
        patients=np.array([f"p{row}" for row in random.integers(0, n * 2 // 3, n)], dtype=np.str_),
        sites=np.where(rust, "retrodefect", "pain").astype(np.str_),
        visits=np.array(["3m", "6m", "12m"], dtype=np.str_)[visit],
        scales=np.where(rust, "rust", "mrust").astype(np.str_),
        scores=np.where(blank, 0, scores),
        scorable=np.where(blank, random.choice([0, -1], size=(n, 4)), 1),
        visible=np.repeat(random.random((n, 2)) < 0.96, 2, axis=1),
        convention="metrc",
    )
    return reference, levels


def a_comparison(
    noise: dict[str, float] | None = None, *, n: int = 150, seed: int = 0, rust: float = 0.4
) -> Comparison:
    """Compare noisy readers of the truth with the blinds; `rust` is the share of labels on RUST.

    Two made-up subgroups, and errors after calibration, stand in its rows as a study has them.
    """
    return _compared(tuple((NOISE if noise is None else noise).items()), n, seed, rust)


@cache
def _compared(noise: tuple[tuple[str, float], ...], n: int, seed: int, share: float) -> Comparison:
    reference, levels = a_reference(n, seed, share)
    random = np.random.default_rng(seed + 1)
    predictions: dict[str, JointLevels] = {
        kind: fit_blind(kind, reference).predict(sites=reference.sites, visits=reference.visits) for kind in BLINDS
    }
    for name, width in noise:
        seen = levels + random.normal(0, width, levels.shape)
        shares = np.exp(-((seen[..., None] - np.arange(1, 5)) ** 2) / (2 * width**2))
        margins = (shares / shares.sum(axis=-1, keepdims=True))[:, None]
        predictions[name] = JointLevels(np.ones((n, 1)), margins, np.full((n, 4), 0.9))
    found = compare(reference, predictions, seed=seed, replicates=40)
    groups = [
        replace(row, scope=f"{row.scope}|arm={arm}", estimate=row.estimate and row.estimate - 0.01 * place)
        for row in found.rows
        for place, arm in enumerate(("early", "late"))
        if (row.metric, row.scope) in {("kappa", "cortices"), ("mae", "total")}
    ]
    calibrated = [
        replace(row, protocol=f"{row.protocol}, calibrated")
        for row in found.rows
        if row.metric == "brier" and row.protocol not in BLINDS
    ]
    return replace(found, rows=(*found.rows, *groups, *calibrated))


def a_material(comparison: Comparison | None = None, **changes: Any) -> StudyMaterial:
    """Make all that a report of a study shows."""
    found = comparison or a_comparison()
    models = [name for name in found.protocols if name not in found.baselines]
    parts: dict[str, Any] = {
        "title": "Study of a <made-up> cohort",
        "notice": f"radunion: {NOTICE}.",
        "simulated": True,
        "unit": "patient",
        "k": 3,
        "seed": 7,
        "comparison": found,
        "cohort": _cohort(),
        "flow": _flow(),
        "findings": (
            finding("RU108", "RUST on 62 labels, mRUST on 88", (2, 5, 9, 12, 14, 20, 31, 44, 50)),
            finding("RU105", "48 films carry only scores of cortices that they do not show", (2, 3)),
            finding("RU110", "7 rows"),
        ),
        "folds": tuple(FoldSize(fold, 66, 100, 195, 34, 50, 98) for fold in (1, 2, 3)),
        "runs": tuple(_run(name, place) for place, name in enumerate(found.protocols)),
        "skipped": (
            Skipped("thesis-3", "needs RadImageNet-InceptionV3_notop.h5; give it with --weights radimagenet=FILE"),
        ),
        "history": tuple(one for name in models for one in _history(name)),
        "gaps": tuple(Gap(name, "kappa", "cortices", "mrust", 0.9, 0.9 - 0.1 * i) for i, name in enumerate(models)),
        "reliability": tuple(one for name in models for one in _reliability(name)),
        "coverage": tuple(one for name in models for one in _coverage(name)),
        "roc": tuple(one for place, name in enumerate(found.protocols) for one in _roc(name, place)),
        "worst": tuple(_worst(line) for line in (12, 40, 77)),
        "readers": (
            Row("readers", "kappa", "cortices", "mrust", 0.71, 0.62, 0.79, 40, 45),
            Row("pair | readers", "kappa", "cortices", "mrust", 0.84, 0.75, 0.89, 40, 45),
            Row("pair | readers - readers", "difference:kappa", "cortices", "mrust", 0.13, 0.04, 0.2, 40, 45),
        ),
        "preset": "thesis",
        "about": {"ethics approval": "Not needed: simulated.", "contact": ""},
        "provenance": {"radunion": "0.1.0", "Cohort SHA-256": "ab" * 32, "Versions": {"numpy": "2.0"}},
    }
    return StudyMaterial(**{**parts, **changes})


def a_light_material(comparison: Comparison | None = None, **changes: Any) -> StudyMaterial:
    """Make a study without curves, which take long to draw."""
    nothing: dict[str, Any] = {"history": (), "reliability": (), "roc": ()}
    return a_material(comparison or a_comparison({"pair": 0.5}, n=60, rust=0), **{**nothing, **changes})


def a_ledger(material: StudyMaterial) -> Ledger:
    return ledger_of(material.comparison, "metrics.json")


def a_picture(side: int = 96) -> bytes:
    """Return a small grey PNG of a shaft."""
    across = np.abs(np.linspace(-1, 1, side))
    shade = np.where(across < 0.3, 210 - 200 * across, 40)[None, :].repeat(side * 2, axis=0)
    stream = io.BytesIO()
    Image.fromarray(shade.astype(np.uint8)).save(stream, format="PNG")
    return stream.getvalue()


def _cohort() -> dict[str, Any]:
    head = {"Site": "pain", "Visit": "3m", "Scale": "mRUST", "Labels": 30}
    scores = {"Score 1": 40, "Score 2": 30, "Score 3": 25, "Score 4": 15, "Unscorable": 4, "Blank": 6}
    late = {**head, "Visit": "12m", **scores, "Score 1": 8, "Score 4": 66}
    rust = {**head, "Site": "retrodefect", "Scale": "RUST", **scores, "Score 4": None}
    return {
        "Patients": 100,
        "Examinations": 150,
        "Films": 293,
        "Scored cortices by site and visit": [{**head, **scores}, late, rust],
    }


def _flow() -> tuple[FlowStep, ...]:
    return (
        FlowStep("Label table", 104, 160, 312),
        FlowStep("Without the sealed hold-out", 102, 155, 302, "2 patients held out"),
        FlowStep("In the study", 100, 150, 293, "5 examinations without a label, 0 without an AP or lateral film"),
        FlowStep("With a whole mRUST total", 60, 64, 128, "21 of 85 with a cortex unscored or unseen", True),
        FlowStep("With a whole RUST total", 38, 43, 85, "22 of 65 with a cortex unscored or unseen", True),
    )


def _run(name: str, place: int) -> ProtocolRun:
    blind = name.startswith("blind")
    pair = name == "pair"
    settings = {"epochs": 50, "batch": 128, "optimiser": {"name": "adam", "epsilon": 1e-7}, "flips": True}
    settings |= {"batch": 24, "patience": 30} if pair else {"outputs": "seed18", "shape": "squash"}
    return ProtocolRun(
        name,
        PLAIN.get(name, name),
        "blind" if blind else "pair" if pair else "film",
        "What the labels are altogether" if blind else "A head on a frozen network, as described there",
        "this project" if blind else "Hong 2023",
        {} if blind else settings,
        "" if name == PLAIN.get(name, name) else "Run in another form than described.",
        None if blind else 24_000_000,
        None if blind else 2_764_562,
        0.4 + 31.5 * place,
    )


def _history(name: str) -> list[EpochRecord]:
    random = np.random.default_rng(len(name))
    return [
        EpochRecord(
            name,
            fold,
            "head",
            epoch,
            float(0.2 + 0.5 * np.exp(-epoch / 8) + random.normal(0, 0.01)),
            float(0.3 + 0.4 * np.exp(-epoch / 6) + 0.002 * epoch + 0.02 * fold + random.normal(0, 0.01)),
            None if name == "pair" else float(0.9 - 0.3 * np.exp(-epoch / 7)),
            None if name == "pair" else float(0.82 - 0.25 * np.exp(-epoch / 5) - 0.01 * fold),
            "validation" if name == "pair" else "test",
        )
        for fold in (1, 2, 3)
        for epoch in range(1, 31)
    ]


def _reliability(name: str) -> list[ReliabilityBin]:
    return [
        ReliabilityBin(name, target, calibrated, low, low + 0.2, low + 0.1, min(1.0, low + shift), 30)
        for target in ("union mRUST >= 13", *(("cortex level",) if name == "pair" else ()))
        for calibrated, shift in ((False, 0.02), (True, 0.09))
        for low in (0.0, 0.2, 0.4, 0.6, 0.8)
    ]


def _coverage(name: str) -> list[CoverageRow]:
    return [
        CoverageRow(name, target, "mrust", group, 0.9, covered, covered - 0.03, covered + 0.03, 2.25, 88, ties)
        for target in ("cortex levels", "total")
        for ties in (False, True)
        for group, covered in (("all", 0.912 - 0.01 * ties), ("fixation=nail", 0.9), ("fixation=plate", 0.82))
    ]


def _roc(name: str, place: int) -> list[RocPoint]:
    power = 1 / (1 + place)
    return [RocPoint(name, "union mRUST >= 13", x, float(x**power)) for x in np.linspace(0, 1, 40).tolist()]


def _worst(line: int) -> WorstCase:
    cortices: dict[str, tuple[int, int]] = dict.fromkeys(CORTICES, (1, 3))
    return WorstCase("pair", line, "mrust", 5, 12, cortices, "plate", a_picture(), a_picture() if line < 50 else None)


def words_of(text: object) -> str:
    """Return a text without its tags."""
    return re.sub(r"<[^>]+>", "", str(text))


def summary_of(material: StudyMaterial) -> str:
    """Return the summary in words as one plain text."""
    blocks = opening(material, a_ledger(material)).blocks
    return " ".join(words_of(block.text) for block in blocks if isinstance(block, Prose))


def changed(compared: Comparison, protocol: str, metric: str, scope: str, **values: Any) -> Comparison:
    """Replace the numbers of one row on mRUST."""
    key = (protocol, metric, scope, "mrust")
    rows = [
        replace(row, **values) if (row.protocol, row.metric, row.scope, row.scale) == key else row
        for row in compared.rows
    ]
    assert rows != list(compared.rows)
    return replace(compared, rows=tuple(rows))


def with_runs(material: StudyMaterial, names: set[str], **changes: Any) -> StudyMaterial:
    runs = tuple(replace(run, **changes) if run.name in names else run for run in material.runs)
    return replace(material, runs=runs)


def grid_of(blocks: Any, name: str) -> Grid:
    return next(grid for grid in grids_in(tuple(blocks)) if grid.name == name)
