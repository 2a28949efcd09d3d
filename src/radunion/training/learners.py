"""From a plan to what learns, and which of its rows stop it early: the same for a model that is kept and for a fold."""

from pathlib import Path

import numpy as np
from jaxtyping import Int64

from radunion.cohort import Cohort, holdout
from radunion.features import FeatureCache, load_backbone
from radunion.training.compact import CompactLearner
from radunion.training.examples import Examples
from radunion.training.films.learner import FilmLearner
from radunion.training.found import FoundLearner
from radunion.training.frozen import FrozenLearner, prepared_for
from radunion.training.learner import Learner, Tell
from radunion.training.plan import Plan
from radunion.training.settings import TrainSettings
from radunion.training.tuned.learner import TunedLearner

FEWEST_PATIENTS = 12
"""With fewer patients nothing is learned that could be told from chance."""


def learner_of(
    cohort: Cohort, examples: Examples, plan: Plan, *, work: Path, cache: FeatureCache | None, tell: Tell
) -> Learner:
    """Look at all films once, as the plan wants them.

    Raises WeightsError for weights that do not fit, CohortError or FilmError for films that cannot be read.
    """
    if plan.films is not None and plan.film_preprocessing is not None:
        return FilmLearner(
            examples,
            cohort.examinations,
            plan.films,
            preprocessing=plan.film_preprocessing,
            cache=cache,
            precision=plan.precision,
            tell=tell,
        )
    if plan.backbone is None:
        return CompactLearner(
            examples, plan.settings, work=work, tell=tell, finders=plan.finders, whole=plan.whole, start=plan.start
        )
    backbone = load_backbone(plan.backbone)
    if plan.tuned is not None:
        return TunedLearner(
            examples, backbone, plan.tuned, plan.machine, precision=plan.precision, work=work, tell=tell
        )
    if plan.input == "glimpse":
        return FoundLearner(examples, backbone, plan.settings, precision=plan.precision, work=work, tell=tell)
    return FrozenLearner(
        examples,
        backbone,
        plan.settings,
        cache=cache,
        precision=plan.precision,
        preprocessing=prepared_for(plan.input, backbone),
        tell=tell,
    )


def split_rows(
    cohort: Cohort, examples: Examples, chosen: np.ndarray, settings: TrainSettings
) -> tuple[Int64[np.ndarray, " a"], Int64[np.ndarray, " b"]]:
    """Return the rows to learn from and those to stop by, of some examinations; patients stay whole."""
    labelled = np.intersect1d(chosen, examples.examination)
    held = holdout(cohort.subset(labelled), fraction=settings.validation, seed=settings.seed)
    return examples.rows(labelled[~held]), examples.rows(labelled[held])
