"""A score as DICOM: a structured report, and for each film its heat-map in colour and its outlines in place.

See docs/decisions/0011-dicom-out.md. Nothing is loaded before it is asked for: highdicom takes seconds.
"""

from radunion.scoring.dicom_out.files import NAMES, DicomFiles, dicom_files, must_become_dicom

__all__ = ["NAMES", "DicomFiles", "dicom_files", "must_become_dicom"]
