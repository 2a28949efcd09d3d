"""Which real films are measured: those with a box on the tibia, in groups that tell what a hit is worth."""

from pathlib import Path

from benchmarks.heatmaps_real import groups, real_examinations, table
from tests.test_explain_samples import ContrastReader, examinations, known, truthful

from radunion.explain.measure import HeatmapSettings, measure_heatmaps
from radunion.explain.subject import Subject

PAIRS = """pair_id,ap_image,lateral_image,hardware_kind,ap_boxes,lateral_boxes
A,a1.jpg,a2.jpg,none,"[[1, 2, 3, 4]]","[[5, 6, 7, 8], [1, 1, 2, 2]]"
B,b1.jpg,b2.jpg,nail,"[[1, 2, 3, 4]]","[[5, 6, 7, 8]]"
C,c1.jpg,c2.jpg,none,"[[1, 2, 3, 4]]","[[5, 6, 7, 8]]"
D,d1.jpg,d2.jpg,none,[],[]
"""
SINGLES = """single_id,image,view,hardware_kind,boxes
S1,s1.jpg,lateral,cast/splint,"[[1, 2, 3, 4]]"
S2,s2.jpg,composite,none,"[[1, 2, 3, 4]]"
"""
NOTES = """id,group,box_site
A,G1,tibia
B,G1,tibia+fibula
C,G2,fibula or malleolus
D,G3,
S1,G4,tibia
S2,G5,tibia
"""


def a_folder(folder: Path) -> Path:
    for name, text in (("pairs.csv", PAIRS), ("singles.csv", SINGLES), ("notes.csv", NOTES)):
        (folder / name).write_text(text)
    return folder


def test_films_with_a_tibial_box_are_kept_and_double_films_left_out(tmp_path: Path) -> None:
    found = real_examinations(a_folder(tmp_path))
    names = [[None if film is None else film.path.name for film in one.marked.films] for one in found]
    assert names == [["a1.jpg", "a2.jpg"], ["b1.jpg", "b2.jpg"], [None, "s1.jpg"]]
    assert [one.marked.patient for one in found] == ["G1", "G1", "G4"]
    lateral = found[0].marked.films[1]
    assert lateral is not None
    assert lateral.fracture == ((5, 6, 7, 8), (1, 1, 2, 2))


def test_tibia_alone_and_films_without_metal_are_told_apart(tmp_path: Path) -> None:
    parts = groups(real_examinations(a_folder(tmp_path)))
    assert {name: len(part) for name, part in parts.items()} == {
        "all with a tibial box": 3,
        "boxes on the tibia alone": 2,
        "no metal, no plaster": 1,
    }


def test_the_table_has_a_line_for_every_way_of_pointing(tmp_path: Path) -> None:
    marked = examinations(tmp_path, 2)
    subject = Subject("teller", "evidence", ContrastReader(), truthful(known(marked)))
    settings = HeatmapSettings(removals=0, each=1, replicates=20, interval="wilson")
    quality = measure_heatmaps(subject, marked, settings=settings, simulated=False)
    shown = table({"all": quality})
    ways = list(shown.columns[0].cells)
    assert ways[0] == "teller"
    assert "the film’s centre" in ways
    assert "a map that is the same everywhere" not in ways
    assert "4 films, 1 groups" in str(shown.columns[1].header)
