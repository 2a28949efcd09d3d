"""Render planned films and write them as DICOM or 16-bit PNG. The same plan gives the same bytes."""

import hashlib
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32, UInt16

from radunion import __version__
from radunion.phantom.boxes import cortex_box, fracture_box
from radunion.phantom.exposure import expose
from radunion.phantom.fixation import held_by
from radunion.phantom.patients import ExamPlan, FilmPlan, PatientPlan
from radunion.phantom.pose import FilmView
from radunion.phantom.projection import attenuation
from radunion.phantom.scene import finished, placed
from radunion.scale import CORTICES

Format = Literal["dicom", "png"]
SUFFIX: dict[Format, str] = {"dicom": ".dcm", "png": ".png"}
STORED_BITS = 12
_VIEW_CODES = {"ap": ("399348003", "antero-posterior"), "lateral": ("399067008", "lateral")}


def render(patient: PatientPlan, exam: ExamPlan, view: FilmView) -> Float32[np.ndarray, "h w"]:
    """Render one film in [0, 1], bright = dense."""
    plan = exam.films[view]
    mu = attenuation(exam.leg, patient.fracture, exam.states, plan.pose)
    mu += held_by(exam.fixation, exam.leg, plan.pose)
    return finished(expose(placed(mu, plan.scene, plan.pose), plan.exposure), plan.scene)


def film_name(patient: PatientPlan, visit: int, view: FilmView, kind: Format) -> str:
    """Return the film's file name within the cohort's folder."""
    return f"films/{patient.number:05d}-{visit + 1}-{view}{SUFFIX[kind]}"


def truth_of(patient: PatientPlan, exam: ExamPlan, view: FilmView) -> dict[str, Any]:
    """Return what is exactly known of a film: levels, boxes in pixels (x0, y0, x1, y1), fixation."""
    pose = exam.films[view].pose
    return {
        "view": view,
        "side": patient.leg.side,
        "levels": {cortex: exam.levels[cortex] for cortex in CORTICES},
        "unscorable": sorted(exam.hidden),
        "fracture_box": fracture_box(exam.leg, patient.fracture, pose),
        "cortex_boxes": {
            cortex: box
            for cortex in CORTICES
            if (box := cortex_box(exam.leg, patient.fracture, pose, cortex)) is not None
        },
        "fixation": exam.fixation.kind,
        "pixel_mm": round(pose.pitch, 4),
    }


def write_film(
    path: Path, pixels: Float32[np.ndarray, "h w"], patient: PatientPlan, visit: int, view: FilmView, *, seed: int
) -> None:
    """Write one film atomically; the suffix of `path` chooses the format."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    if path.suffix == SUFFIX["png"]:
        _write_png(temporary, pixels)
    else:
        _write_dicom(temporary, pixels, patient, visit, view, seed)
    temporary.replace(path)


def _write_png(path: Path, pixels: np.ndarray) -> None:
    from PIL import Image

    stored = np.round(pixels * 65535).astype(np.uint16)
    Image.fromarray(stored).save(path, format="png", compress_level=1)


def _write_dicom(path: Path, pixels: np.ndarray, patient: PatientPlan, visit: int, view: FilmView, seed: int) -> None:
    """Write a Computed Radiography image (PS3.3 A.2) with the tags that give view, side and spacing."""
    from pydicom import dcmwrite
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

    exam, plan = patient.exams[visit], patient.exams[visit].films[view]
    top = 2**STORED_BITS - 1
    stored: UInt16[np.ndarray, "h w"] = np.round(pixels * top).astype(np.uint16)
    dataset = Dataset()
    dataset.SOPClassUID = ComputedRadiographyImageStorage
    dataset.SOPInstanceUID = _uid(seed, patient.number, visit, view)
    dataset.StudyInstanceUID = _uid(seed, patient.number, visit)
    dataset.SeriesInstanceUID = _uid(seed, patient.number, visit, view, "series")
    dataset.PatientName = "Simulated^Phantom"
    dataset.PatientID = f"SIM-{seed}-{patient.number:05d}"
    dataset.PatientBirthDate = dataset.PatientSex = ""
    dataset.StudyDate = (date(2000, 1, 1) + timedelta(days=exam.days)).strftime("%Y%m%d")
    dataset.StudyTime = dataset.StudyID = dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "CR", 1, 1
    dataset.Manufacturer = "radunion simulator"
    dataset.SoftwareVersions = __version__
    dataset.SeriesDescription = f"Simulated tibia {'AP' if view == 'ap' else 'LAT'}"
    dataset.ImageComments = "Simulated radiograph, no patient"
    dataset.BodyPartExamined = "LEG"
    dataset.ImageLaterality = "L" if patient.leg.side == "left" else "R"
    _write_view(dataset, plan, view)
    dataset.ImagerPixelSpacing = [round(plan.pose.pitch, 4)] * 2
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, STORED_BITS, STORED_BITS - 1
    dataset.PhotometricInterpretation = "MONOCHROME1" if plan.monochrome1 else "MONOCHROME2"
    dataset.WindowCenter, dataset.WindowWidth = (top + 1) / 2, top + 1
    dataset.PixelData = (top - stored if plan.monochrome1 else stored).astype("<u2").tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dcmwrite(path, dataset, enforce_file_format=True)


def _write_view(dataset: Any, plan: FilmPlan, view: FilmView) -> None:
    from pydicom.dataset import Dataset

    code = Dataset()
    code.CodeValue, code.CodeMeaning = _VIEW_CODES[view]
    code.CodingSchemeDesignator = "SCT"
    dataset.ViewCodeSequence = [code]
    if view == "ap":
        dataset.ViewPosition, row = "AP", "L"
    else:
        dataset.ViewPosition, row = ("LL", "A") if plan.pose.mirror > 0 else ("RL", "P")
    dataset.PatientOrientation = [row, "F"]


def _uid(*parts: object) -> str:
    """Return a UID under 2.25 (a UUID, PS3.5 B.2) that depends on nothing but the parts."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"
