"""Try a model before an archive is looked at: what it refuses for every film is heard now."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from radunion.scoring.archive.settings import ArchiveSettings
from radunion.scoring.bundle import Bundle

_HEIGHT, _WIDTH = 64, 48


def probe(bundle: Bundle, settings: ArchiveSettings) -> None:
    """Score a bright band on a dark ground.

    Raises UsageError for a coverage that the model was not fitted for, BundleError for a model that does not run.
    """
    from radunion.scoring.score import score_films

    across = np.exp(-(((np.arange(_WIDTH) - _WIDTH / 2) / 5) ** 2))
    with TemporaryDirectory() as folder:
        film = Path(folder) / "probe.png"
        Image.fromarray(np.broadcast_to((across * 255).astype(np.uint8), (_HEIGHT, _WIDTH)).copy()).save(film)
        score_films([film], bundle, views=["ap"], rule=settings.rule, coverage=settings.coverage)
