"""Which films of a table are marked, and with what."""

from pathlib import Path

import pytest

from radunion.cohort import read_cohort
from radunion.errors import CohortError
from radunion.explain.marked import marked
from radunion.phantom import Simulation, simulate

HEAD = "patient,visit,view,image,medial,lateral,anterior,posterior,scale,fracture_box"


def a_table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "cohort.csv"
    path.write_text("\n".join((head, *rows)) + "\n")
    return path


def test_examinations_with_a_box_are_kept_and_others_left_out(tmp_path: Path) -> None:
    cohort = read_cohort(
        a_table(
            tmp_path, "a,1,ap,a.png,1,1,,,mrust,10 20 30 40", "a,1,lateral,b.png,,,1,1,mrust,", "b,1,ap,c.png,,,,,,"
        )
    )
    (one,) = marked(cohort)
    ap, lateral = one.films
    assert one.patient == "a"
    assert ap is not None and lateral is not None
    assert ap.fracture == ((10.0, 20.0, 30.0, 40.0),)
    assert ap.known and not lateral.known


def test_a_table_without_boxes_is_refused(tmp_path: Path) -> None:
    cohort = read_cohort(a_table(tmp_path, "a,1,ap,a.png,1,1,,,mrust,"))
    with pytest.raises(CohortError, match=r"cohort\.csv: heat-maps are measured on films whose fracture is marked"):
        marked(cohort)


def test_boxes_of_cortices_stand_in_the_table(tmp_path: Path) -> None:
    row = "a,1,lateral,b.png,,,1,1,mrust,,5 6 7 8"
    (one,) = marked(read_cohort(a_table(tmp_path, row, head=f"{HEAD},anterior_box")))
    assert one.films[0] is None
    lateral = one.films[1]
    assert lateral is not None
    assert lateral.fracture == ()
    assert dict(lateral.cortices) == {"anterior": (5.0, 6.0, 7.0, 8.0)}


def test_simulated_films_are_marked_with_all_that_their_view_shows(tmp_path: Path) -> None:
    table = simulate(tmp_path, Simulation(patients=1, seed=3, format="png", size=(160, 128)), workers=1)
    for one in marked(read_cohort(table)):
        for film, cortices in zip(one.films, (("medial", "lateral"), ("anterior", "posterior")), strict=True):
            if film is not None:
                assert len(film.fracture) == 1
                assert tuple(film.cortices) == cortices


@pytest.mark.parametrize(
    ("cells", "remodelled"),
    [
        ("4,4,,,mrust", True),
        ("4,3,,,mrust", False),
        ("4,U,,,mrust", True),
        (",,,,", None),
        ("3,3,,,rust", None),  # bridged or remodelled
        ("3,2,,,rust", False),
    ],
)
def test_a_film_is_remodelled_where_all_of_its_scored_cortices_are(
    tmp_path: Path, cells: str, remodelled: bool | None
) -> None:
    (one,) = marked(read_cohort(a_table(tmp_path, f"a,1,ap,a.png,{cells},10 20 30 40")))
    assert one.films[0] is not None
    assert one.films[0].remodelled is remodelled
