"""The summary in words: which protocol is best, whether it beats what needs no film, what the seed's measure says."""

from collections.abc import Iterator

from markupsafe import Markup

from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Prose, Section
from radunion.report.study.cells import STUDY, exams, patients, said, span, study_at
from radunion.report.study.ledger import HEADLINE, SEED_WAY, Ledger, ledger_of
from radunion.report.study.material import StudyMaterial
from radunion.report.words import TESTS, Finding, findings, verdict


def opening(material: StudyMaterial, ledger: Ledger) -> Section:
    """Say in a few sentences what an editor must know."""
    model = ledger.best_model()
    blocks = [Prose(one, "lead") for one in _sentences(material, ledger, model)]
    fine = Markup("{} {} samples, seed {}. The first label of each examination on each scale counts.").format(
        ledger.note,
        span(f"{ledger.replicates:,}", "metrics.json#/bootstrap/replicates"),
        span(str(ledger.seed), "metrics.json#/bootstrap/seed"),
    )
    how = "Each sentence is written from the rows of metrics.json; better and worse mean an interval without zero."
    return Section("summary", "In words", how, (*blocks, Prose(fine, "fine")))


_UNIT = {"patient": "patient", "image": "film"}
_LEAKS = (
    ": films of one patient, even of one examination, stand on both sides of a fold. Its numbers show what that leak "
    "is worth; none of them is an estimate for other patients."
)


def _sentences(material: StudyMaterial, ledger: Ledger, model: str | None) -> Iterator[Markup]:
    if material.unit == "image":
        yield Markup("<strong>This study was split by film, on purpose</strong>{}").format(_LEAKS)
    if model is None:
        yield Markup("Only no-image baselines ran; no protocol that reads films is compared.")
    else:
        yield _best(material, ledger, model)
        yield from _total(ledger, model)
        yield _against_blinds(ledger, model)
        yield from _the_others(ledger, model)
        yield from _seed_way(material, ledger)
    yield from _constant(material)
    yield from _not_run(material)


def _constant(material: StudyMaterial) -> Iterator[Markup]:
    """Name the protocols that say the same of every examination."""
    for run in material.runs:
        if run.constant:
            yield Markup(
                "<strong>{} says the same of every examination</strong>: it learned nothing from the films."
            ).format(run.name)


def _best(material: StudyMaterial, ledger: Ledger, model: str) -> Markup:
    scale = ledger.headline_scale
    row = ledger.find(model, *HEADLINE, scale)
    if row is None or row.estimate is None:
        return Markup("Mean cortex kappa is undefined for every protocol on {}.").format(SCALE_NAMES[scale])
    text = Markup(
        "On {} {} of {} patients scored on {}, each predicted by a model that did not learn from its {} ({} folds), "
        "the best protocol in mean cortex kappa is {}: {}.{}"
    )
    kind = "simulated examinations" if material.simulated else "examinations"
    flattered = (
        "" if len(ledger.models) < 2 else " Being the best of several on these examinations flatters it a little."
    )
    name = Markup("<strong>{}</strong>").format(model)
    k = span(str(material.k), f"{STUDY}/k")
    return text.format(
        exams(ledger, row), kind, patients(ledger, row), SCALE_NAMES[scale], _UNIT[material.unit], k, name,
        said(ledger, row), flattered,
    )  # fmt: skip


def _total(ledger: Ledger, model: str) -> Iterator[Markup]:
    scale = ledger.headline_scale
    error = ledger.find(model, "mae", "total", scale)
    if error is None or error.estimate is None:
        yield Markup("No examination has all four cortices scored and in view, so nothing is said of the total.")
        return
    near = ledger.find(model, "within-1", "total", scale)
    text = Markup("Its total misses the reference by {} points on average ({} examinations) and is within ±1 in {}.")
    yield text.format(said(ledger, error), exams(ledger, error), said(ledger, near))


def _against_blinds(ledger: Ledger, model: str) -> Markup:
    found = findings(ledger, model=model, scale=ledger.headline_scale)
    if not found:
        return Markup("No no-image baseline was evaluated beside it, so nothing can be said of what the films add.")
    lost = [one for one in found if one.verdict != "better"]
    if lost:
        told = Markup("; ").join(_difference(ledger, one) for one in lost)
        return Markup("It is not shown to beat every no-image baseline: {}.").format(told)
    nearest = [_nearest([one for one in found if one.title == title]) for _, _, title in TESTS]
    told = Markup("; ").join(_difference(ledger, one) for one in nearest)
    text = Markup(
        "It beats every no-image baseline: no interval of the paired differences holds zero. The baselines that come "
        "nearest: {}."
    )
    return text.format(told)


def _nearest(found: list[Finding]) -> Finding:
    return min(found, key=lambda one: abs(one.row.estimate or 0.0))


def _difference(ledger: Ledger, one: Finding) -> Markup:
    return Markup("{} against {}, paired difference {}").format(one.title, one.other, said(ledger, one.row))


def _the_others(ledger: Ledger, model: str) -> Iterator[Markup]:
    """Name the other protocols that beat every baseline in mean cortex kappa, and those that are not shown to."""
    beats: list[str] = []
    not_shown: list[str] = []
    for name in ledger.models:
        pairs = [ledger.paired(name, blind, *HEADLINE, ledger.headline_scale) for blind in ledger.baselines]
        if name != model and pairs:
            won = all(pair is not None and pair.verdict == "better" for pair in pairs)
            (beats if won else not_shown).append(name)
    if beats:
        yield Markup("Of the others, these also beat every baseline in mean cortex kappa: {}.").format(", ".join(beats))
    if not_shown:
        yield Markup("Not shown to beat every baseline in mean cortex kappa: {}.").format(", ".join(not_shown))


def _seed_way(material: StudyMaterial, ledger: Ledger) -> Iterator[Markup]:
    """Say what the seed study's measure would have told."""
    by_image = material.by_image
    seen = ledger if by_image is None else ledger_of(by_image, "metrics-by-image.json")
    rows = [(name, seen.find(name, *SEED_WAY, "mixed")) for name in seen.models]
    ranked = [(row.estimate, name, row) for name, row in rows if row is not None and row.estimate is not None]
    if not ranked:
        return
    _, name, row = max(ranked, key=lambda one: one[0])
    way = "split by film as there" if by_image is not None or material.unit == "image" else "split by patient"
    text = Markup("By the seed study's own measure (18-output macro AUROC, {}) the best would be {} with {}{}.")
    blind = seen.find("blind-view", *SEED_WAY, "mixed")
    beside = Markup("")
    if blind is not None:
        beside = Markup("; blind-view, which looks at no film, has {}").format(said(seen, blind))
        pair = seen.paired(name, "blind-view", *SEED_WAY, "mixed")
        if pair is not None and verdict(pair.row) == "unclear":
            beside += Markup(", which is not shown to be less")
    yield text.format(way, name, said(seen, row), beside)


def _not_run(material: StudyMaterial) -> Iterator[Markup]:
    variants = [f"{one.name} (a form of {one.plain})" for one in material.runs if one.name != one.plain]
    if variants:
        yield Markup("Run in another form than the plain one: {}.").format("; ".join(variants))
    for place, one in enumerate(material.skipped):
        reason = span(one.reason, study_at("skipped", place, "reason"))
        yield Markup("<strong>{} did not run</strong>: {}").format(one.name, reason)
