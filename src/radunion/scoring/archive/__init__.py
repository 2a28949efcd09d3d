"""Score a whole archive: a folder, a DICOM tree or a table to one Parquet file, killed and resumed at will.

Names load their module at first use, so that a worker imports no more than it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radunion.scoring.archive.codes import ARCHIVE_CODES
    from radunion.scoring.archive.columns import COLUMNS
    from radunion.scoring.archive.run import score_archive
    from radunion.scoring.archive.settings import ENGINES, ArchiveSettings

__all__ = ["ARCHIVE_CODES", "COLUMNS", "ENGINES", "ArchiveSettings", "score_archive"]

_HOME = {
    "ARCHIVE_CODES": "codes",
    "COLUMNS": "columns",
    "ENGINES": "settings",
    "ArchiveSettings": "settings",
    "score_archive": "run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
