"""The structured report: a Measurement Report (TID 1500) in a Comprehensive SR, which every archive stores."""

from collections.abc import Sequence

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import (
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
)
from pydicom.sr.codedict import codes

from radunion.scale import CORTICES
from radunion.scoring.dicom_out.codes import PROCEDURE, SCHEME
from radunion.scoring.dicom_out.groups import cortex_group, examination_group
from radunion.scoring.dicom_out.items import words
from radunion.scoring.dicom_out.maker import MAKER, plain, sign
from radunion.scoring.dicom_out.patient import give_patient, stand_in
from radunion.scoring.dicom_out.series import Series, fresh_uid, named_uid
from radunion.scoring.dicom_out.source import Source
from radunion.scoring.document import ScoreDocument


def report(document: ScoreDocument, sources: Sequence[Source], series: Series) -> ComprehensiveSR:
    """Return the report of one examination.

    It lies in the study of the AP film, or of the only one. A film of the same study is evidence of the current
    procedure, one of another study pertinent other evidence (PS3.3 C.17.2.3).
    """
    first = sources[0]
    series_uid, series_number = series.of("report", first)
    made = ComprehensiveSR(
        evidence=[stand_in(source) for source in sources],
        content=_content(document, sources),
        series_instance_uid=series_uid,
        series_number=series_number,
        sop_instance_uid=fresh_uid(),
        instance_number=1,
        manufacturer=MAKER,
        is_complete=True,
        is_final=False,
        is_verified=False,
        coding_schemes=[
            CodingSchemeIdentificationItem(
                designator=SCHEME, name="radunion, private codes", responsible_organization=MAKER
            )
        ],
        specific_character_set=None,
    )
    give_patient(made, first)
    sign(made, document, description="radunion score")
    return made


def _content(document: ScoreDocument, sources: Sequence[Source]) -> MeasurementReport:
    groups = [cortex_group(document, cortex, sources) for cortex in CORTICES]
    content = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=_observer(document)),
        procedure_reported=PROCEDURE,
        imaging_measurements=[*groups, examination_group(document, sources)],
        title=codes.DCM.ImagingMeasurementReport,
    )
    items = content[0].ContentSequence
    items.insert(len(items) - 1, words("NOTICE", document.notice))
    return content


def _observer(document: ScoreDocument) -> ObserverContext:
    return ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=DeviceObserverIdentifyingAttributes(
            uid=named_uid(MAKER, "model", document.model.sha256),
            name=document.model.name,
            manufacturer_name=MAKER,
            model_name=plain(f"{document.model.name} {document.model.version}"),
        ),
    )
