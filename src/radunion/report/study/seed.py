"""What the seed study published and did, so that its table can be read beside the run's. Source: Hong 2023."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Published:
    """Hold one published 18-output macro AUROC and the protocol that repeats it here, where one does."""

    what: str
    auroc: float
    plain: str | None
    remark: str = ""


PUBLISHED: tuple[Published, ...] = (
    Published("LeNet of 1998", 0.608, "lenet"),
    Published("InceptionV3, end to end", 0.692, "thesis-1"),
    Published("InceptionV3 frozen, RadImageNet weights", 0.706, "thesis-3"),
    Published("InceptionV3 frozen, ImageNet weights", 0.784, "thesis-2"),
    Published("Regime I, best of 100 trials", 0.808, None, "a search; its choice is thesis-final"),
    Published("Regime II, best of its grid", 0.797, None, "a search; its choice is thesis-final"),
    Published("Chosen settings, 10 folds", 0.821, "thesis-final"),
    Published("Its “hold-out”", 0.890, None, "not held out: every fold and search had seen it"),
)

MEASURED: dict[str, Any] = {
    "hold_out": {"precision": 0.880, "recall": 0.409, "macro_f1": 0.246},
    "view_only": {"macro": 0.806, "micro": 0.909},
}
"""The rest of its hold-out line; and what knowing only the view scores on its own label table."""

ENDPOINTS: tuple[tuple[str, float], ...] = (("chance", 0.50), ("second", 0.75), ("third", 0.80))
"""Its endpoints by its own measure; between the first two stands the shallow network."""


@dataclass(frozen=True)
class Question:
    """Hold one question of the seed study as we read it from its three protocols: does `one` do better than `other`."""

    asked: str
    one: str
    other: str


QUESTIONS: tuple[Question, ...] = (
    Question("Can InceptionV3, trained end to end, learn the scores better than the shallow net?", "thesis-1", "lenet"),
    Question("Do frozen ImageNet features do better than training end to end?", "thesis-2", "thesis-1"),
    Question("Do frozen RadImageNet features do better than frozen ImageNet ones?", "thesis-3", "thesis-2"),
)


@dataclass(frozen=True)
class Difference:
    """Hold one thing that the seed study did and what is done here."""

    topic: str
    did: str
    here: str


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "What is measured",
        "AUROC averaged over 18 outputs a film. Half of the 16 cortex outputs are always zero for the film's view and "
        "two more outputs are the view, so whoever knows the view alone already scores 0.806.",
        "Kappa and AUROC of each cortex, only where its view is at hand and a reader scored it. The 18-output figure "
        "is kept for comparison and always stands beside blind-view.",
    ),
    Difference(
        "The hold-out",
        "Cross-validation and every search ran on training and test films together.",
        "Each examination is predicted by a model that did not learn from its patient; a sealed hold-out is refused by "
        "training and search until it is opened once, on record.",
    ),
    Difference(
        "What is split",
        "Films were dealt out one by one; about 90 % of test films had their patient in training.",
        "Patients are dealt out, with all their examinations and films. The film-by-film split is repeated only to "
        "show what the leak is worth.",
    ),
    Difference(
        "The batch size",
        "The search over batch size changed nothing: the data were batched at 128 beforehand and the setting ignored.",
        "The batch size that a protocol names is the one that it trains with.",
    ),
    Difference(
        "Missing labels",
        "A cortex without a score counted as “none of the levels” (12.7 % of cortices; 252 films had no score).",
        "A blank is not a score: honest statistics leave it out, and the protocol of ours learns nothing from it.",
    ),
    Difference(
        "Two scales",
        "RUST scores (1 to 3) and mRUST scores (1 to 4) shared the same outputs.",
        "Each label is judged on its own scale; no honest statistic mixes the two.",
    ),
    Difference(
        "View and cortex",
        "In its table AP rows carry only anterior and posterior scores, lateral rows only medial and lateral ones: the "
        "two look swapped.",
        "Which view shows which cortex is written down once, and a check (RU105) refuses a table that contradicts it.",
    ),
    Difference(
        "The shape of the film",
        "Films were squashed to a square, which changes the shape of a long bone by up to 2.5 times.",
        "Films keep their aspect ratio, except in the seed study's own protocols, which are repeated as they were.",
    ),
    Difference(
        "Which number is reported",
        "The maximum over epochs of a validation curve, then over trials; AUROC is described as the area under "
        "precision and recall, which it is not.",
        "The number of epochs is fixed beforehand or chosen on other patients; no figure is the maximum of the curve "
        "that it is reported on. AUROC is the area under sensitivity against 1 − specificity.",
    ),
    Difference(
        "Site, scale and visit",
        "They go together: one site is all RUST and all baseline, so whoever recognises the site looks good.",
        "A third baseline, blind-site, knows site and visit and sees no film; a model must beat it too.",
    ),
)
"""Its ten errors, measured on its public tables, and what is done instead."""
