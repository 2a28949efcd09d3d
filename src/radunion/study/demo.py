"""The whole way on simulated films: simulate, train, evaluate on other patients, score one pair, report."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from radunion import NOTICE, __version__
from radunion.cohort import Cohort, Examination, read_cohort
from radunion.errors import BundleError
from radunion.evaluation.bootstrap import REPLICATES
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.phantom import Simulation, simulate
from radunion.phantom.films import Format
from radunion.report.cohort import summarise_cohort
from radunion.report.write import write_report
from radunion.scoring import Bundle, Scored, load_bundle, score_films
from radunion.scoring.files import score_files
from radunion.study.evaluate import Evaluated, evaluate_bundles
from radunion.study.heatmaps import heatmaps_of

if TYPE_CHECKING:
    from radunion.training.plan import Plan

Tell = Callable[[str, int, int, str], None]

NAME = "demo"
"""The model's name on its card."""


@dataclass(frozen=True, kw_only=True)
class DemoSettings:
    """How large the demonstration is; the seeds of training and test differ, so the test's patients are other ones.

    Heat-maps are measured on the first `mapped` test examinations.
    """

    train_patients: int = 300
    test_patients: int = 140
    train_seed: int = 9931
    test_seed: int = 9932
    epochs: int = 60
    mapped: int = 80
    format: Format = "dicom"


@dataclass(frozen=True)
class Demo:
    """What the demonstration leaves: the model, its evaluation and that of its maps, one scored pair, the report."""

    bundle: Bundle
    evaluated: Evaluated
    heatmaps: tuple[HeatmapQuality, ...]
    scored: Scored
    report: Path


def run_demo(out: Path, settings: DemoSettings, *, tell: Tell) -> Demo:
    """Do all of it under `out`; killed and run again, it goes on. Needs the extra `train`."""
    train = _simulated(out / "train", settings.train_patients, settings.train_seed, settings, tell)
    test = _simulated(out / "test", settings.test_patients, settings.test_seed, settings, tell)
    bundle = _trained(train, out / "model", settings, tell)
    evaluated = evaluate_bundles(
        {"pair": bundle}, test, seed=settings.test_seed, progress=lambda a, b: tell("Scoring the test films", a, b, "")
    )
    bundle = _measured(bundle, evaluated, settings)
    maps = _maps(bundle, evaluated, settings, tell)
    scored = score_films(_pair(test.examinations), bundle)
    for name, content in score_files(scored).items():
        (out / name).write_bytes(content)
    return Demo(bundle, evaluated, maps, scored, _report(out, bundle, evaluated, maps, settings))


def _simulated(folder: Path, patients: int, seed: int, settings: DemoSettings, tell: Tell) -> Cohort:
    stage = f"Simulating {folder.name} patients"
    simulation = Simulation(patients, seed, format=settings.format)
    return read_cohort(simulate(folder, simulation, progress=lambda done, total: tell(stage, done, total, "")))


def _trained(cohort: Cohort, out: Path, settings: DemoSettings, tell: Tell) -> Bundle:
    """Train, unless the very same model is there already."""
    from radunion.training.card import settings_of
    from radunion.training.train import train_model

    plan = _plan(settings)
    try:
        bundle = load_bundle(out)
        same = (
            (out / "history.json").is_file()
            and bundle.card.trained_on.cohort_sha256 == cohort.digest()
            and bundle.card.settings == settings_of(plan)
        )
        if same:
            return bundle
    except BundleError:
        pass  # none, or one that cannot be used: it is trained anew
    return train_model(cohort, out, plan, tell=tell).bundle


def _plan(settings: DemoSettings) -> "Plan":
    from dataclasses import replace

    from radunion.training.plan import Plan
    from radunion.training.settings import COMPACT

    return Plan(name=NAME, settings=replace(COMPACT, epochs=settings.epochs))


def _measured(bundle: Bundle, evaluated: Evaluated, settings: DemoSettings) -> Bundle:
    """Put what was measured on the card."""
    from radunion.training.train import with_metrics

    comparison = evaluated.comparison
    note = (
        f"measured on {settings.test_patients} other simulated patients (seed {settings.test_seed}). {comparison.note}"
    )
    return with_metrics(bundle, comparison, note)


def _maps(bundle: Bundle, evaluated: Evaluated, settings: DemoSettings, tell: Tell) -> tuple[HeatmapQuality, ...]:
    return heatmaps_of(
        {"pair": bundle},
        evaluated.examinations[: settings.mapped],
        seed=settings.test_seed,
        replicates=REPLICATES,
        simulated=True,
        removals=settings.mapped // 10,
        progress=lambda done, total: tell("Measuring heat-maps", done, total, ""),
    )


def _pair(examinations: Sequence[Examination]) -> tuple[Path, Path]:
    """Return the films of the first test examination that has both: not chosen for its result."""
    pairs = ((one.film("ap"), one.film("lateral")) for one in examinations)
    return next((ap.path, lateral.path) for ap, lateral in pairs if ap and lateral)


def _report(
    out: Path, bundle: Bundle, evaluated: Evaluated, maps: Sequence[HeatmapQuality], settings: DemoSettings
) -> Path:
    import json

    history = json.loads((bundle.path / "history.json").read_text())["scores"]
    return write_report(
        out,
        title="Demonstration on simulated fractures",
        comparison=evaluated.comparison,
        cohort_summary=summarise_cohort(evaluated.examinations),
        history=history,
        pictures=[("The first test pair that has both films, with the model's scores.", out / "score.png")],
        provenance={"radunion": __version__, "Demonstration": asdict(settings), **evaluated.provenance},
        notice=NOTICE,
        simulated=True,
        heatmaps=maps,
    )
