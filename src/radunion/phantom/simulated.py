"""Whether a cohort is simulated, so that its results are always called so."""

import re

from radunion.cohort import Cohort
from radunion.phantom.table import READER

_NAMES = re.compile(rf"{READER}(-[1-9][0-9]*)?")


def is_simulated(cohort: Cohort, *, wholly: bool = False) -> bool:
    """Say whether any label of a cohort was made by the simulator, or, `wholly`, every one.

    The simulator's readers are `simulated`, `simulated-1` and so on; a person may bear a longer name.
    """
    readers = {label.reader for examination in cohort.examinations for label in examination.labels}
    ours = {reader for reader in readers if _NAMES.fullmatch(reader)}
    return bool(ours) and (not wholly or ours == readers)
