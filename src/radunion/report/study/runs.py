"""What a run had that others had not, or lacked: help beside the labels, and steps to learn in."""

from collections.abc import Iterator

from markupsafe import Markup

from radunion.report.study.cells import listed, span, study_at
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import ProtocolRun, StudyMaterial

_EIGHT_VIEWS = "eightfold"


def taught_words(material: StudyMaterial, ledger: Ledger) -> Markup | None:
    """Say what some protocols learned from beside the labels; None where no protocol had such help."""
    groups: dict[str, list[int]] = {}
    for place, run in enumerate(material.runs):
        if run.taught:
            groups.setdefault(run.taught, []).append(place)
    if not groups:
        return None
    told = [
        Markup("<strong>{}</strong> also learned {}").format(
            listed([material.runs[place].name for place in places]),
            span(taught, study_at("runs", places[0], "taught")),
        )
        for taught, places in groups.items()
    ]
    helped = {material.runs[place].name for places in groups.values() for place in places}
    alone = "; the others had no such help." if set(ledger.models) - helped else "."
    return Markup("{}{}").format(Markup("; ").join(told), alone)


def step_words(material: StudyMaterial, place: int) -> Markup | None:
    """Say of a run whose batch holds a whole fold how few steps it made; None where an epoch has several."""
    run = material.runs[place]
    batch, epochs = run.settings.get("batch"), run.settings.get("epochs")
    if not isinstance(batch, int) or not isinstance(epochs, int) or not material.folds:
        return None
    key, noun, views = _counted_in(run)
    sizes = [getattr(one, key) for one in material.folds]
    largest = max(sizes)
    if batch < largest * views:
        return None
    text = Markup("batch {} is {} the {} {} of a fold{}: one step an epoch, {}{} in all")
    return text.format(
        span(f"{batch:,}", study_at("runs", place, "settings", "batch")),
        "more than" if batch > largest * views else "as many as",
        span(f"{largest:,}", study_at("folds", sizes.index(largest), key)),
        noun,
        " in eight views each" if views > 1 else "",
        "at most " if "patience" in run.settings else "",
        span(f"{epochs:,}", study_at("runs", place, "settings", "epochs")),
    )


def few_steps(material: StudyMaterial) -> Iterator[Markup]:
    """Name the runs that made one optimiser step an epoch."""
    for place, run in enumerate(material.runs):
        if (words := step_words(material, place)) is not None:
            text = Markup(
                "<strong>{} had few steps to learn in</strong>: {}. Its figures here say little of it on more films."
            )
            yield text.format(run.name, words)


def _counted_in(run: ProtocolRun) -> tuple[str, str, int]:
    """Return the field of a fold that a batch is filled from, its noun, and how often each is seen an epoch."""
    if run.family == "pair":
        return "train_examinations", "examinations", 1
    return "train_films", "films", 8 if run.settings.get("augmentation") == _EIGHT_VIEWS else 1
