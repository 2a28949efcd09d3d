"""A small labelled cohort and tiny models of it for the tests of the command line and of evaluation."""

import csv
from pathlib import Path

from tests.test_scoring_samples import a_card, a_film, a_graph, a_reference, save_film

from radunion.cohort import REQUIRED_COLUMNS, read_cohort
from radunion.evaluation.blinds import BLINDS, fit_blind
from radunion.evaluation.reference import reference_of
from radunion.scale import CORTICES_ON, View
from radunion.scoring import Bundle, write_bundle

LEVELS = ((1, 1, 1, 2), (1, 2, 2, 2), (2, 2, 3, 2), (3, 2, 3, 3), (3, 4, 4, 3), (4, 4, 4, 4))
"""Medial, lateral, anterior, posterior of one patient after another; no two films are alike."""
VIEWS: tuple[View, View] = ("ap", "lateral")


def a_cohort(folder: Path, *, patients: int = 6, reader: str = "A", offset: int = 0) -> Path:
    """Write films that say their own levels and the table of them; return its path."""
    (folder / "films").mkdir(parents=True)
    rows = []
    for patient in range(patients):
        levels = LEVELS[(patient + offset) % len(LEVELS)]
        for place, view in enumerate(VIEWS):
            pair = (levels[2 * place], levels[2 * place + 1])
            name = f"films/{patient}-{view}.png"
            save_film(folder / name, a_film(lateral=float(place), levels=pair))
            cells: dict[str, int] = dict(zip(CORTICES_ON[view], pair, strict=True))
            who = {"patient": f"P{offset}-{patient}", "visit": "3 months", "reader": reader}
            rows.append({**who, "view": view, "image": name, "scale": "mrust", **cells})
    with (folder / "cohort.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, (*REQUIRED_COLUMNS, "reader"), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder / "cohort.csv"


def a_model(out: Path, trained_on: Path, *, name: str = "tiny", baselines: bool = True, **changes: object) -> Bundle:
    """Write a bundle whose card says that it was trained on a cohort."""
    cohort = read_cohort(trained_on)
    reference = reference_of(cohort.examinations, cohort.convention)
    blinds = tuple(fit_blind(kind, reference).to_dict() for kind in BLINDS) if baselines else ()
    card = a_card(threshold=20.0)
    trained = card.trained_on.model_copy(update={"cohort_sha256": cohort.digest()})
    update = {"name": name, "baselines": blinds, "trained_on": trained, **changes}
    return write_bundle(out, onnx=a_graph(), card=card.model_copy(update=update), reference=a_reference())


def test_the_cohort_is_readable(tmp_path: Path) -> None:
    cohort = read_cohort(a_cohort(tmp_path))
    assert len(cohort.patients) == 6
    assert all(film.path.is_file() for one in cohort.examinations for film in one.films)
