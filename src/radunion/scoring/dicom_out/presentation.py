"""The outlines of the evidence over the film itself: a grayscale softcopy presentation state (PS3.3 A.33.1).

A projection radiograph lies in no coordinates of the patient, so what is placed on it is placed in its pixels. Stored
pixels are never turned or cut when a film is read, so pixels of the film as scored are pixels of the film as stored.
"""

from collections.abc import Mapping

import numpy as np
from highdicom.color import CIELabColor
from highdicom.pr import (
    AnnotationUnitsValues,
    GraphicAnnotation,
    GraphicLayer,
    GraphicObject,
    GraphicTypeValues,
    GrayscaleSoftcopyPresentationState,
    TextObject,
)
from pydicom import Dataset

from radunion import NOTICE, __version__
from radunion.scale import Cortex
from radunion.scoring.dicom_out.display import show_as_read
from radunion.scoring.dicom_out.items import tracking_uid
from radunion.scoring.dicom_out.maker import MAKER, sign
from radunion.scoring.dicom_out.outlines import Outlined, outlined
from radunion.scoring.dicom_out.patient import give_patient, give_side, stand_in
from radunion.scoring.dicom_out.series import Series, fresh_uid
from radunion.scoring.dicom_out.source import Source
from radunion.scoring.document import ScoreDocument
from radunion.scoring.evidence import EvidenceMap
from radunion.scoring.words import level_in_words

_LONGEST = 512
"""Pixels of a map's longer side; evidence has far fewer of its own."""
_COLOURS: dict[Cortex, CIELabColor] = {
    "medial": CIELabColor(81.0, -8.0, 79.0),
    "lateral": CIELabColor(70.0, -15.0, -33.0),
    "anterior": CIELabColor(81.0, -8.0, 79.0),
    "posterior": CIELabColor(70.0, -15.0, -33.0),
}
"""Yellow and sky blue: told apart by colour-blind readers, and light on a film."""
_PIXEL = AnnotationUnitsValues.PIXEL


def presentation(
    document: ScoreDocument, source: Source, series: Series, maps: Mapping[Cortex, EvidenceMap]
) -> GrayscaleSoftcopyPresentationState | None:
    """Return the presentation state of a grey film; None where no evidence lies on it."""
    found = {cortex: on_film for cortex, one in maps.items() if (on_film := _on_film(one, source)) is not None}
    if not found:
        return None
    film = stand_in(source)
    layers = {cortex: _layer(cortex, order) for order, cortex in enumerate(found, start=1)}
    series_uid, series_number = series.of("outlines", source)
    made = GrayscaleSoftcopyPresentationState(
        referenced_images=[film],
        series_instance_uid=series_uid,
        series_number=series_number,
        sop_instance_uid=fresh_uid(),
        instance_number=1 if source.view == "ap" else 2,
        manufacturer=MAKER,
        manufacturer_model_name=MAKER,
        software_versions=__version__,
        device_serial_number=document.model.sha256,
        content_label="RADUNION",
        content_description=f"evidence of cortices, {NOTICE}",
        graphic_annotations=[
            _annotation(document, cortex, source, film, layers[cortex], where) for cortex, where in found.items()
        ],
        graphic_layers=list(layers.values()),
        specific_character_set=None,
    )
    show_as_read(made, source)
    give_patient(made, source)
    sign(made, document, description="radunion outlines")
    give_side(made, source)
    return made


def _on_film(evidence: EvidenceMap, source: Source) -> Outlined | None:
    rows, columns = source.film.pixels.shape
    shrink = min(1.0, _LONGEST / max(rows, columns))
    size = max(1, round(rows * shrink)), max(1, round(columns * shrink))
    found = outlined(evidence.on_film(size))
    return None if found is None else found.scaled(columns / size[1], rows / size[0])


def _layer(cortex: Cortex, order: int) -> GraphicLayer:
    return GraphicLayer(
        cortex.upper(),
        order=order,
        description=f"evidence for the {cortex} cortex",
        display_color=_COLOURS[cortex],
    )


def _annotation(
    document: ScoreDocument, cortex: Cortex, source: Source, film: Dataset, layer: GraphicLayer, where: Outlined
) -> GraphicAnnotation:
    name, uid = f"{cortex} cortex", tracking_uid(f"{cortex} cortex", [source])
    drawn = [(GraphicTypeValues.POINT, where.peak[None]), *((GraphicTypeValues.POLYLINE, line) for line in where.lines)]
    return GraphicAnnotation(
        referenced_images=[film],
        graphic_layer=layer,
        graphic_objects=[
            GraphicObject(kind, points.astype(np.float32), units=_PIXEL, tracking_id=name, tracking_uid=uid)
            for kind, points in drawn
        ],
        text_objects=[
            TextObject(
                f"{cortex}: {level_in_words(document.cortices[cortex])}",
                units=_PIXEL,
                anchor_point=(float(where.peak[0]), float(where.peak[1])),
            )
        ],
    )
