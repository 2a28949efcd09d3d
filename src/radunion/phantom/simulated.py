"""Whether a cohort is simulated, so that its results are always called so."""

from radunion.cohort import Cohort
from radunion.phantom.cohort import READER


def is_simulated(cohort: Cohort, *, wholly: bool = False) -> bool:
    """Say whether any label of a cohort was made by the simulator, or, `wholly`, every one."""
    readers = {label.reader for examination in cohort.examinations for label in examination.labels}
    return readers == {READER} if wholly else READER in readers
