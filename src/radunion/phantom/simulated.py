"""Whether a cohort is simulated, so that its results are always called so."""

from radunion.cohort import Cohort
from radunion.phantom.cohort import READER


def is_simulated(cohort: Cohort) -> bool:
    """Say whether every label of a cohort was made by the simulator."""
    readers = {label.reader for examination in cohort.examinations for label in examination.labels}
    return readers == {READER}
