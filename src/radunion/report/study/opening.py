"""The summary in words: which protocol is best, whether it beats what needs no film, what the seed's measure says."""

from collections.abc import Iterator

from markupsafe import Markup

from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Prose, Section
from radunion.report.study.cells import STUDY, PageVoice, said_pair, span, study_at
from radunion.report.study.ledger import HEADLINE, SEED_WAY, Ledger, ledger_of
from radunion.report.study.material import StudyMaterial
from radunion.report.study.outputs18 import VIEW_ONLY, gives_18_outputs
from radunion.report.study.runs import few_steps, taught_words
from radunion.report.words import blind_words, total_words, union_words


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
        yield from _of_the_best(material, ledger, model)
        yield from _the_others(ledger, model)
        yield from _seed_way(material, ledger)
    yield from few_steps(material)
    yield from _constant(material)
    yield from _not_run(material)


def _of_the_best(material: StudyMaterial, ledger: Ledger, model: str) -> Iterator[Markup]:
    voice, scale = PageVoice(ledger), ledger.headline_scale
    yield _best(material, ledger, model)
    told = (
        _runner_up(ledger, model),
        total_words(ledger, voice, model=model, scale=scale),
        blind_words(ledger, voice, model=model, scale=scale),
        union_words(ledger, voice, model=model, scale=scale),
        taught_words(material, ledger),
    )
    yield from (sentence for sentence in told if sentence)


def _constant(material: StudyMaterial) -> Iterator[Markup]:
    """Name the protocols that say the same of every examination."""
    for run in material.runs:
        if run.constant:
            yield Markup(
                "<strong>{} says the same of every examination</strong>: it learned nothing from the films."
            ).format(run.name)


def _best(material: StudyMaterial, ledger: Ledger, model: str) -> Markup:
    scale, voice = ledger.headline_scale, PageVoice(ledger)
    row = ledger.find(model, *HEADLINE, scale)
    if row is None or row.estimate is None:
        return Markup("Mean cortex kappa is undefined for every protocol on {}.").format(SCALE_NAMES[scale])
    text = Markup(
        "On {} {} of {} patients scored on {}, {} ({} folds), the best protocol in mean cortex kappa is {}: {}.{}"
    )
    kind = "simulated examinations" if material.simulated else "examinations"
    flattered = (
        "" if len(ledger.models) < 2 else " Being the best of several on these examinations flatters it a little."
    )
    name = Markup("<strong>{}</strong>").format(model)
    k = span(str(material.k), f"{STUDY}/k")
    return text.format(
        voice.exams(row), kind, voice.patients(row), SCALE_NAMES[scale], _PREDICTED[material.unit], k, name,
        voice.said(row), flattered,
    )  # fmt: skip


_PREDICTED = {
    "patient": "each predicted by a model that did not learn from its patient",
    "image": "each film predicted by a model that did not learn from that film",
}


def _runner_up(ledger: Ledger, model: str) -> Markup | None:
    """Say whether the protocol with the next kappa is shown to be worse than the best."""
    other = ledger.runner_up()
    pair = ledger.paired(model, other, *HEADLINE, ledger.headline_scale) if other else None
    if pair is None or pair.row.estimate is None:
        return None
    shown = "is shown to be worse" if pair.verdict == "better" else "is not shown to be worse"
    text = Markup("The runner-up, <strong>{}</strong>, {}: paired difference {}.")
    return text.format(other, shown, said_pair(ledger, pair))


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
    """Say what the seed study's measure would have told, among the protocols that give its 18 outputs themselves."""
    by_image = material.by_image
    seen = ledger if by_image is None else ledger_of(by_image, "metrics-by-image.json")
    own = [name for name in seen.models if gives_18_outputs(material, name)]
    name = seen.highest(own, SEED_WAY, "mixed")
    if name is None:
        return
    way = "split by film as there" if by_image is not None or material.unit == "image" else "split by patient"
    text = Markup(
        "By the seed study's own measure (18-output macro AUROC, {}) the best of the protocols that give these outputs "
        "themselves would be {} with {}{}.{}"
    )
    best = PageVoice(seen).said(seen.find(name, *SEED_WAY, "mixed"))
    others = len(own) < len(seen.models)
    yield text.format(way, name, best, _beside_view(seen, name), _GIVEN if others else "")


_GIVEN = (
    " The others are given the view, zeros for cortices not shown and the scale of the label there: they stand apart, "
    "with a dagger (†)."
)


def _beside_view(ledger: Ledger, name: str) -> Markup:
    blind = ledger.find(VIEW_ONLY, *SEED_WAY, "mixed")
    if blind is None:
        return Markup("")
    pair = ledger.paired(name, VIEW_ONLY, *SEED_WAY, "mixed")
    less = pair is not None and pair.verdict == "better"
    text = Markup("; {}, which looks at no film, has {}{}")
    unclear = "" if less else ", which is not shown to be less"
    return text.format(VIEW_ONLY, PageVoice(ledger).said(blind), unclear)


def _not_run(material: StudyMaterial) -> Iterator[Markup]:
    variants = [f"{one.name} (a form of {one.plain})" for one in material.runs if one.name != one.plain]
    if variants:
        yield Markup("Run in another form than the plain one: {}.").format("; ".join(variants))
    for place, one in enumerate(material.skipped):
        reason = span(one.reason, study_at("skipped", place, "reason"))
        yield Markup("<strong>{} did not run</strong>: {}").format(one.name, reason)
