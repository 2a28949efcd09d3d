"""Label tables of examinations: reading, importing, coded checks, splits by patient."""

from radunion.cohort.checks import check_cohort, check_split
from radunion.cohort.contact_sheet import contact_sheet
from radunion.cohort.examination import Box, Cohort, Examination, Film, Label
from radunion.cohort.finding import CHECKS, Finding
from radunion.cohort.folder import import_folder
from radunion.cohort.metrc import import_metrc
from radunion.cohort.reading import examinations_from_rows, read_cohort
from radunion.cohort.sealed import (
    Opening,
    Seal,
    only_sealed,
    read_seal,
    record_opening,
    refuse_sealed,
    seal_holdout,
    seal_path,
    without_sealed,
)
from radunion.cohort.splits import folds, holdout
from radunion.cohort.table import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, write_cohort

__all__ = [
    "CHECKS",
    "OPTIONAL_COLUMNS",
    "REQUIRED_COLUMNS",
    "Box",
    "Cohort",
    "Examination",
    "Film",
    "Finding",
    "Label",
    "Opening",
    "Seal",
    "check_cohort",
    "check_split",
    "contact_sheet",
    "examinations_from_rows",
    "folds",
    "holdout",
    "import_folder",
    "import_metrc",
    "only_sealed",
    "read_cohort",
    "read_seal",
    "record_opening",
    "refuse_sealed",
    "seal_holdout",
    "seal_path",
    "without_sealed",
    "write_cohort",
]
