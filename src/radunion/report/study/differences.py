"""Ten things that the seed study did, measured on its public tables, and what this run does instead."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from radunion.evaluation.coverage import MAPPED
from radunion.report.study.cells import listed
from radunion.report.study.material import ProtocolRun, StudyMaterial
from radunion.report.study.outputs18 import VIEW_ONLY

_SITE = "blind-site"


@dataclass(frozen=True)
class Difference:
    """Hold one thing that the seed study did and what is done here."""

    topic: str
    did: str
    here: str


def differences(material: StudyMaterial) -> tuple[Difference, ...]:
    """Return the ten differences, the second side of each as it holds for this run."""
    return tuple(Difference(one.topic, one.did, one.here(material)) for one in _TEN)


def _measured(material: StudyMaterial) -> str:
    beside = f" and always stands beside {VIEW_ONLY}" if VIEW_ONLY in material.comparison.baselines else ""
    return (
        "Kappa and AUROC of each cortex, only where its view is at hand and a reader scored it. The 18-output figure "
        f"is kept for comparison{beside}."
    )


def _held_out(material: StudyMaterial) -> str:
    kept = "Each film is predicted by a model that did not learn from it; its patient may stand on both sides."
    if material.unit == "patient":
        kept = "Each examination is predicted by a model that did not learn from its patient."
    if material.sealed:
        return f"{kept} A sealed hold-out was left out of this run, to be opened once, on record."
    return f"{kept} No hold-out was sealed: every number here is of cross-validation."


def _split(material: StudyMaterial) -> str:
    if material.unit == "image":
        return "The same, on purpose: this run deals out films one by one, to show what the leak is worth."
    repeated = (
        " The film-by-film split is repeated beside it, only to show what the leak is worth."
        if material.by_image is not None
        else ""
    )
    return f"Patients are dealt out, with all their examinations and films.{repeated}"


def _batch(material: StudyMaterial) -> str:
    final = [run for run in material.runs if run.plain == "thesis-final" and isinstance(run.settings.get("batch"), int)]
    told = "".join(f" {run.name} trains with {run.settings['batch']:,}, the batch that was named." for run in final)
    return f"The batch that a protocol names is the one that it trains with.{told}"


def _missing(material: StudyMaterial) -> str:
    zeros = _names(run for run in material.runs if run.has_18_outputs)
    told = f", as do {zeros} in training, which give these outputs" if zeros else ""
    return (
        "A blank is not a score: kappa, AUROC of a cortex, totals and union leave it out. The 18-output figure still "
        f"counts it so{told}."
    )


def _scales(material: StudyMaterial) -> str:
    if len(material.comparison.scales) == 1:
        return "All labels here are on one scale."
    tried = any(one.group == MAPPED for one in material.coverage)
    mapped = " mRUST labels mapped to RUST are tried on sets only, in lines that say so." if tried else ""
    return f"Kappa, AUROC, totals and union are taken scale by scale; the 18-output figure alone mixes both.{mapped}"


def _views(material: StudyMaterial) -> str:
    found = any(one.code == "RU105" for one in material.findings)
    says = "says that this table contradicts it" if found else "found nothing against it in this table"
    return f"Which view shows which cortex is written down once; the check RU105 {says}."


def _shape(material: StudyMaterial) -> str:
    squashed = _names(run for run in material.runs if run.settings.get("shape") == "squash")
    but = f", except for {squashed}, which squash them as was done there" if squashed else ""
    return f"Films keep their aspect ratio{but}."


def _reported(material: StudyMaterial) -> str:
    stopped = _names(run for run in material.runs if "patience" in run.settings)
    by_others = f"; other patients of the training part stop {stopped}" if stopped else ""
    return (
        f"The number of epochs is fixed beforehand{by_others}. No figure is the maximum of the curve that it is "
        "reported on. AUROC is the area under sensitivity against 1 − specificity."
    )


def _together(material: StudyMaterial) -> str:
    if _SITE not in material.comparison.baselines:
        return f"Subgroups are told by site; {_SITE}, which knows site and visit and sees no film, did not run."
    return f"A third baseline, {_SITE}, knows site and visit and sees no film; a model must beat it too."


def _names(runs: Iterable[ProtocolRun]) -> str:
    return listed([run.name for run in runs])


@dataclass(frozen=True)
class _Told:
    """Hold what was done there, and what says how it is here."""

    topic: str
    did: str
    here: Callable[[StudyMaterial], str]


_TEN: tuple[_Told, ...] = (
    _Told(
        "What is measured",
        "AUROC averaged over 18 outputs a film. Half of the 16 cortex outputs are always zero for the film's view and "
        "two more outputs are the view, so whoever knows the view alone already scores 0.806.",
        _measured,
    ),
    _Told(
        "The hold-out",
        "Cross-validation and every search ran on training and test films together.",
        _held_out,
    ),
    _Told(
        "What is split",
        "Films were dealt out one by one; about 90 % of test films had their patient in training.",
        _split,
    ),
    _Told(
        "The batch size",
        "The search over batch size changed nothing: the data were batched at 128 beforehand and the setting ignored. "
        "Its final model names a batch of 1,600 and trained with 128.",
        _batch,
    ),
    _Told(
        "Missing labels",
        "A cortex without a score counted as “none of the levels” (12.7 % of cortices; 252 films had no score).",
        _missing,
    ),
    _Told(
        "Two scales",
        "RUST scores (1 to 3) and mRUST scores (1 to 4) shared the same outputs.",
        _scales,
    ),
    _Told(
        "View and cortex",
        "In its table AP rows carry only anterior and posterior scores, lateral rows only medial and lateral ones: the "
        "two look swapped.",
        _views,
    ),
    _Told(
        "The shape of the film",
        "Films were squashed to a square, which changes the shape of a long bone by up to 2.5 times.",
        _shape,
    ),
    _Told(
        "Which number is reported",
        "The maximum over epochs of a validation curve, then over trials; AUROC is described as the area under "
        "precision and recall, which it is not.",
        _reported,
    ),
    _Told(
        "Site, scale and visit",
        "They go together: one site is all RUST and all baseline, so whoever recognises the site looks good.",
        _together,
    ),
)
"""All ten, in their order."""
