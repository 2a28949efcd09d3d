"""A score as the files that are kept of it: the document, the picture, a heat-map a cortex."""

from collections.abc import Mapping
from io import BytesIO

import numpy as np
from PIL import Image

from radunion.scale import CORTICES, Cortex
from radunion.scoring.evidence import EvidenceMap
from radunion.scoring.picture import score_picture
from radunion.scoring.score import Scored

DOCUMENT, PICTURE = "score.json", "score.png"
HEATMAPS: Mapping[Cortex, str] = {cortex: f"heatmap-{cortex}.png" for cortex in CORTICES}
"""Grey pictures of the size of the film that shows the cortex; white is where the model looked most."""
FILES = (DOCUMENT, PICTURE, *HEATMAPS.values())
"""All that may be written."""


def score_files(scored: Scored) -> dict[str, bytes]:
    """Return the content of each file by its name; the document names the heat-maps that are there."""
    maps = {HEATMAPS[cortex]: _grey(one) for cortex, one in scored.evidence.items()}
    named = {cortex: HEATMAPS[cortex] for cortex in scored.evidence}
    document = scored.document.model_copy(update={"heatmaps": named})
    return {DOCUMENT: document.to_json().encode(), PICTURE: score_picture(scored), **maps}


def _grey(evidence: EvidenceMap) -> bytes:
    stream = BytesIO()
    Image.fromarray(np.round(evidence.on_film() * 255).astype(np.uint8)).save(stream, format="PNG")
    return stream.getvalue()
