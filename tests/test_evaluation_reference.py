"""What the readers said, as arrays: every label is read, and none that contradicts itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.test_evaluation_samples import reference

from radunion.cohort import Examination, Film, Label
from radunion.evaluation.blinds import fit_blind
from radunion.evaluation.reference import reference_of
from radunion.scale import Cortex, Scale, View, cortex_label


def test_reference_reads_every_label_of_every_examination() -> None:
    cells: dict[Cortex, str] = {"medial": "3", "lateral": "U", "anterior": "", "posterior": "1"}

    def label(reader: str, scale: Scale) -> Label:
        cortices = {cortex: cortex_label(cell, scale) for cortex, cell in cells.items()}
        scores = {cortex: int(cell) if cell.isdigit() else None for cortex, cell in cells.items()}
        return Label(reader, "1", scale, cortices, scores)

    def exam(patient: str, views: tuple[View, ...], labels: tuple[Label, ...]) -> Examination:
        films = tuple(Film(line, view, Path("film.png")) for line, view in enumerate(views))
        return Examination(patient, "6m", "left", films, labels, "north", "nail", 180.0, (2,))

    ap: View = "ap"
    exams = [
        exam("a", (ap, "lateral"), ()),
        exam("b", (ap,), (label("r1", "rust"), label("r2", "mrust"), label("r3", "mrust"))),
    ]
    read = reference_of(exams, "metrc")
    assert read.examination.tolist() == [1, 1, 1]
    assert read.scales.tolist() == ["rust", "mrust", "mrust"]
    assert read.fixations.tolist() == ["nail"] * 3
    assert read.readers.tolist() == ["r1", "r2", "r3"]
    assert read.readings.tolist() == ["1"] * 3
    assert read.scores[0].tolist() == [3, 0, 0, 1]
    assert read.scorable[0].tolist() == [1, 0, -1, 1]
    assert read.visible[0].tolist() == [True, True, False, False]
    assert read.allowed()[0].astype(int).tolist() == [[0, 0, 1, 1], [1] * 4, [1] * 4, [1, 0, 0, 0]]
    assert read.first_labels().scales.tolist() == ["rust", "mrust"]
    assert len(reference_of(exams[:1], "metrc")) == 0
    assert fit_blind("blind-site", read).predict_examinations(exams).weights.shape == (2, 256)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scales": np.array(["rusty"])}, "a scale is one of rust, mrust, found rusty"),
        ({"scales": np.array(["rust"])}, "a score is 1 to 3 on rust"),
        ({"scorable": np.array([[1, 1, 1, 0]])}, "scorable is 1 exactly where a score stands"),
    ],
)
def test_reference_refuses_what_contradicts_itself(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reference([4, 4, 4, 4], **changes)
    assert len(reference([4, 4, 4, 4])) == 1
