"""The runtime: load a bundle, infer, score a pair of films, say it as JSON, a table or a picture. No torch, ever.

Names load their module at first use, so that importing this room is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radunion.scoring.bundle import Bundle, load_bundle, write_bundle, zip_bundle
    from radunion.scoring.card import CalibrationCard, Card, FamiliarityCard, Metric, TrainedOn
    from radunion.scoring.default import default_bundle, keep_bundle, models_folder, named_bundle
    from radunion.scoring.document import ScoreDocument
    from radunion.scoring.familiarity import FamiliarityReference, fit_reference, threshold_of
    from radunion.scoring.graph import Inferred
    from radunion.scoring.inference import distances, infer, infer_prepared
    from radunion.scoring.picture import score_picture
    from radunion.scoring.score import Scored, score_films
    from radunion.scoring.table import score_table
    from radunion.scoring.warning import SCORE_WARNINGS, ScoreWarning

__all__ = [
    "SCORE_WARNINGS",
    "Bundle",
    "CalibrationCard",
    "Card",
    "FamiliarityCard",
    "FamiliarityReference",
    "Inferred",
    "Metric",
    "ScoreDocument",
    "ScoreWarning",
    "Scored",
    "TrainedOn",
    "default_bundle",
    "distances",
    "fit_reference",
    "infer",
    "infer_prepared",
    "keep_bundle",
    "load_bundle",
    "models_folder",
    "named_bundle",
    "score_films",
    "score_picture",
    "score_table",
    "threshold_of",
    "write_bundle",
    "zip_bundle",
]

_MODULES = {
    "bundle": ("Bundle", "load_bundle", "write_bundle", "zip_bundle"),
    "card": ("CalibrationCard", "Card", "FamiliarityCard", "Metric", "TrainedOn"),
    "default": ("default_bundle", "keep_bundle", "models_folder", "named_bundle"),
    "document": ("ScoreDocument",),
    "familiarity": ("FamiliarityReference", "fit_reference", "threshold_of"),
    "graph": ("Inferred",),
    "inference": ("distances", "infer", "infer_prepared"),
    "picture": ("score_picture",),
    "score": ("Scored", "score_films"),
    "table": ("score_table",),
    "warning": ("SCORE_WARNINGS", "ScoreWarning"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
