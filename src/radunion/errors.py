"""Every exception that radunion raises on purpose, as one tree.

RadunionError
├── UsageError            the request itself is wrong (exit code 2)
├── CohortError           a label table cannot be used
├── FilmError             one film cannot be used; names the file
├── WeightsError          a weights file does not fit the backbone
├── TrainingError         training cannot go on or cannot be resumed
├── BundleError           a model bundle cannot be read
└── MissingExtraError     an optional dependency is not installed
"""

from pathlib import Path


class RadunionError(Exception):
    """Say what must hold, what was found and what to do."""


class UsageError(RadunionError):
    """Refuse a request that contradicts itself or names something unknown."""


class CohortError(RadunionError):
    """Refuse a label table, listing every fault at once."""


class FilmError(RadunionError):
    """Refuse one film; `path` is the file that the user gave, never a DICOM attribute value."""

    def __init__(self, path: Path | str, problem: str, remedy: str) -> None:
        self.path = Path(path)
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{path}: {problem}; {remedy}")


class WeightsError(RadunionError):
    """Refuse a weights file, naming the tensors that are missing or surplus up to the tap."""


class TrainingError(RadunionError):
    """Stop a training that diverged or cannot be resumed."""


class BundleError(RadunionError):
    """Refuse a model bundle that is incomplete, altered or of another schema."""


class MissingExtraError(RadunionError):
    """Name the extra whose installation the request needs."""

    def __init__(self, need: str, extra: str) -> None:
        super().__init__(f'{need} needs the extra "{extra}"; install it with: pip install "radunion[{extra}]"')
