"""The examinations that a protocol is furthest off on, with small pictures of their films: where to look first."""

import io
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from radunion.errors import FilmError
from radunion.evaluation.reference import Reference
from radunion.joint import TOTAL_SCORES, JointLevels, median_score
from radunion.radiograph import read_radiograph
from radunion.report.study.material import WorstCase
from radunion.scale import CORTICES, SCALES, Scale
from radunion.study.crossval.data import StudyData

_HEIGHT = 360  # pixels of a small picture
_PERCENTILES = (0.5, 99.5)


def worst_cases(data: StudyData, joint: JointLevels, *, protocol: str, count: int = 6) -> tuple[WorstCase, ...]:
    """Return the whole totals with the largest error on the scale that comes first, the largest first."""
    labels = data.reference.first_labels()
    scale: Scale = next(one for one in reversed(SCALES) if (labels.scales == one).any())
    part = labels.on(scale)
    rows = np.flatnonzero(part.complete())
    said = joint[part.examination]
    totals = median_score(said.totals(scale, part.convention), TOTAL_SCORES[scale][0])
    levels = median_score(said.score_margins(scale, part.convention), 1)
    error = np.abs(totals - part.totals())
    order = sorted(rows.tolist(), key=lambda row: (-int(error[row]), int(part.examination[row])))[:count]
    return tuple(_case(data, part, row, scale, protocol, int(totals[row]), levels[row]) for row in order if error[row])


def _case(
    data: StudyData, part: Reference, row: int, scale: Scale, protocol: str, predicted: int, levels: np.ndarray
) -> WorstCase:
    examination = data.cohort.examinations[int(part.examination[row])]
    said: dict[str, tuple[int, int]] = {
        name: (int(part.scores[row, at]), int(levels[at])) for at, name in enumerate(CORTICES)
    }
    ap, lateral = (examination.film(view) for view in ("ap", "lateral"))
    return WorstCase(
        protocol,
        examination.lines[0],
        scale,
        int(part.totals()[row]),
        predicted,
        said,
        examination.fixation,
        None if ap is None else small_picture(ap.path),
        None if lateral is None else small_picture(lateral.path),
    )


def small_picture(path: Path) -> bytes | None:
    """Draw a film as a small grey PNG; None when it cannot be read any more."""
    from PIL import Image

    try:
        pixels: Float32[np.ndarray, "h w"] = read_radiograph(path).pixels
    except FilmError:
        return None
    low, high = np.percentile(pixels, _PERCENTILES)
    grey = np.clip((pixels - low) / max(float(high - low), 1e-6), 0, 1)
    width = max(1, round(pixels.shape[1] * _HEIGHT / pixels.shape[0]))
    picture = Image.fromarray(np.round(grey * 255).astype(np.uint8)).resize((width, _HEIGHT))
    stream = io.BytesIO()
    picture.save(stream, format="PNG", optimize=True)
    return stream.getvalue()
