"""The groups of a report (TID 1501): one a cortex, and one for the examination as a whole."""

from collections.abc import Iterator, Sequence

from highdicom.sr import ContentItem, Measurement, MeasurementsAndQualitativeEvaluations, QualitativeEvaluation

from radunion.scale import LEVELS, SCALES, Cortex, Scale, view_of
from radunion.scoring.dicom_out.codes import NO_UNITS, RATIO, YES_NO, convention_code, own, total_code
from radunion.scoring.dicom_out.items import (
    algorithm,
    choice,
    image,
    number,
    site,
    tracking,
    words,
)
from radunion.scoring.dicom_out.source import Source
from radunion.scoring.dicom_out.told import told
from radunion.scoring.document import CortexScore, FilmInput, ScoreDocument, TotalScore

Group = MeasurementsAndQualitativeEvaluations


def cortex_group(document: ScoreDocument, cortex: Cortex, sources: Sequence[Source]) -> Group:
    """Return the group of one cortex; its image is the film that shows it, or none when that was not given."""
    shows = next((source for source in sources if source.view == view_of(cortex)), None)
    score = document.cortices[cortex]
    return Group(
        tracking_identifier=tracking(f"{cortex} cortex", sources if shows is None else [shows]),
        finding_type=own("CORTEX"),
        finding_sites=[site(cortex, shows or _either(sources))],
        algorithm_id=algorithm(document),
        measurements=list(_probabilities(score)),
        qualitative_evaluations=list(_levels(score)),
        source_images=None if shows is None else [image(shows)],
    )


def examination_group(document: ScoreDocument, sources: Sequence[Source]) -> Group:
    """Return the group of totals, union, familiarity, conventions and warnings."""
    group = Group(
        tracking_identifier=tracking("examination", sources),
        finding_type=own("EXAMINATION"),
        finding_sites=[site(None, _either(sources))],
        algorithm_id=algorithm(document),
        measurements=[*_totals(document), *_union(document), *_distances(document, sources)],
        qualitative_evaluations=list(_settings(document)),
        source_images=[image(source) for source in sources],
    )
    group[0].ContentSequence.extend(_words(document))
    return group


def _either(sources: Sequence[Source]) -> Source | None:
    """Return a film whose side is that of all, None when they disagree: then no side is claimed."""
    return sources[0] if len({source.side for source in sources}) == 1 else None


def _probabilities(score: CortexScore) -> Iterator[Measurement]:
    for level, probability in zip(LEVELS, score.probabilities, strict=True):
        yield number(f"P_MRUST_{level}", probability, RATIO)
    yield number("P_SCORABLE", score.scorable, RATIO)


def _levels(score: CortexScore) -> Iterator[QualitativeEvaluation]:
    missing = "NOT_SCORABLE" if score.seen else "NOT_SEEN"
    yield choice("LEVEL", missing if score.level is None else f"MRUST_{score.level}")
    for level in score.levels:
        yield choice("LEVEL_IN_SET", f"MRUST_{level}")


def _totals(document: ScoreDocument) -> Iterator[Measurement]:
    for scale in SCALES:
        yield from _total(document.mrust if scale == "mrust" else document.rust, scale)


def _total(total: TotalScore, scale: Scale) -> Iterator[Measurement]:
    low, high = total.bounds or (None, None)
    values = {"TOTAL": total.total, "LOW": low, "HIGH": high, "MEAN": total.expected}
    values |= {"FROM": total.interval[0], "TO": total.interval[1]}
    for end, value in values.items():
        if value is not None:
            yield number(total_code(scale, end), value, NO_UNITS)


def _union(document: ScoreDocument) -> Iterator[Measurement]:
    union = document.union
    if union.probability is not None:
        yield number("P_UNION", union.probability, RATIO)
    if union.bounds is not None:
        yield number("P_UNION_LOW", union.bounds[0], RATIO)
        yield number("P_UNION_HIGH", union.bounds[1], RATIO)


def _distances(document: ScoreDocument, sources: Sequence[Source]) -> Iterator[Measurement]:
    yield number("DISTANCE_MOST", document.familiarity.distance, NO_UNITS)
    yield number("DISTANCE_LIMIT", document.familiarity.threshold, NO_UNITS)
    yield number("COVERAGE", document.coverage, RATIO)
    for source in sources:
        yield number("DISTANCE", _input(document, source).distance, NO_UNITS, of=source)


def _settings(document: ScoreDocument) -> Iterator[QualitativeEvaluation]:
    yield choice("FAMILIARITY", "FAMILIAR" if document.familiarity.familiar else "UNFAMILIAR")
    yield choice("CONVENTION", convention_code(document.convention))
    yield choice("CALIBRATED", YES_NO[document.calibrated])


def _words(document: ScoreDocument) -> Iterator[ContentItem]:
    yield words("UNION_RULE", document.union.rule)
    yield words("TRAINED_ON", document.model.trained_on)
    for film in document.inputs:
        yield words("FILM", f"{film.view} view, by {film.view_source}; sha256 {film.sha256}")
    for one in document.warnings:
        yield words("WARNING", told(one, document))


def _input(document: ScoreDocument, source: Source) -> FilmInput:
    return next(film for film in document.inputs if film.view == source.view)
