"""The items of a report that the groups are made of."""

from collections.abc import Iterator, Sequence

from highdicom.sr import (
    AlgorithmIdentification,
    ContentItem,
    FindingSite,
    Measurement,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForMeasurement,
    SourceImageForMeasurementGroup,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from radunion import __version__
from radunion.scale import Cortex
from radunion.scoring.dicom_out.codes import LATERALITY, SHAFT_OF_TIBIA, SIDES, own
from radunion.scoring.dicom_out.maker import MAKER, plain
from radunion.scoring.dicom_out.series import named_uid
from radunion.scoring.dicom_out.source import Source
from radunion.scoring.document import ScoreDocument


def number(name: str | Code, value: int | float, unit: Code, *, of: Source | None = None) -> Measurement:
    """Return a number; `of` is the one film that it was measured on."""
    images = None if of is None else [SourceImageForMeasurement(*_reference(of))]
    return Measurement(name=_code(name), value=value, unit=unit, referenced_images=images)


def choice(name: str, value: str | Code) -> QualitativeEvaluation:
    """Return a qualitative evaluation with a coded value."""
    return QualitativeEvaluation(name=own(name), value=_code(value))


def words(name: str, value: str) -> ContentItem:
    """Return a qualitative evaluation in words (TID 1501 allows text beside codes)."""
    return TextContentItem(name=own(name), value=plain(value), relationship_type=RelationshipTypeValues.CONTAINS)


def site(cortex: Cortex | None, source: Source | None) -> FindingSite:
    """Return the shaft of the tibia, on the side that the film's tags name; of a cortex, its side of the bone."""
    return FindingSite(
        SHAFT_OF_TIBIA,
        laterality=None if source is None or source.side is None else LATERALITY[source.side],
        topographical_modifier=None if cortex is None else SIDES[cortex],
    )


def image(source: Source) -> SourceImageForMeasurementGroup:
    """Return the reference of a group to a film."""
    return SourceImageForMeasurementGroup(*_reference(source))


def tracking(name: str, sources: Sequence[Source]) -> TrackingIdentifier:
    """Return what names the same thing on the same films, however often they are scored."""
    return TrackingIdentifier(uid=tracking_uid(name, sources), identifier=name)


def tracking_uid(name: str, sources: Sequence[Source]) -> str:
    """Return the UID of a thing on films."""
    return named_uid(MAKER, name, *(str(source.header.SOPInstanceUID) for source in sources))


def algorithm(document: ScoreDocument) -> AlgorithmIdentification:
    """Return which model scored, by which program, and all that its numbers depend on."""
    return AlgorithmIdentification(
        name=document.model.name,
        version=plain(document.model.version),
        manufacturer=MAKER,
        family=codes.cid7162.ArtificialIntelligence,
        parameters=list(_parameters(document)),
    )


def _parameters(document: ScoreDocument) -> Iterator[str]:
    yield f"bundle sha256 {document.model.sha256}"
    yield f"radunion {__version__}, score document schema {document.schema_}"
    yield f"convention {document.convention}"
    yield f"coverage {document.coverage:g}, {'calibrated' if document.calibrated else 'not calibrated'}"


def _reference(source: Source) -> tuple[str, str]:
    return source.header.SOPClassUID, source.header.SOPInstanceUID


def _code(name: str | Code) -> Code:
    return own(name) if isinstance(name, str) else name
