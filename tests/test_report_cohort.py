from pathlib import Path

from radunion.cohort import Examination, Film, Label
from radunion.report.cohort import summarise_cohort
from radunion.scale import Cortex, Scale, View, cortex_label

CELLS: dict[Cortex, str] = {"medial": "3", "lateral": "U", "anterior": "", "posterior": "1"}


def exam(patient: str, visit: str, views: tuple[View, ...], scale: Scale, cells: dict[Cortex, str]) -> Examination:
    cortices = {cortex: cortex_label(cell, scale) for cortex, cell in cells.items()}
    scores = {cortex: int(cell) if cell.isdigit() else None for cortex, cell in cells.items()}
    films = tuple(Film(line, view, Path("film.png")) for line, view in enumerate(views))
    label = Label("", "", scale, cortices, scores)
    return Examination(patient, visit, "left", films, (label,), "north", "nail", None, (2,))


def test_cohort_counts_sizes_levels_and_what_is_missing() -> None:
    full: dict[Cortex, str] = dict.fromkeys(CELLS, "4")
    summary = summarise_cohort(
        [
            exam("secret", "3m", ("ap", "lateral"), "rust", CELLS),
            exam("secret", "6m", ("ap",), "mrust", full),
            exam("other", "6m", ("ap", "lateral"), "mrust", CELLS),
        ]
    )
    assert [summary["Patients"], summary["Patients with several examinations"], summary["Films"]] == [2, 1, 5]
    assert summary["Examinations with both films"] == 2
    assert summary["Labels with all four cortices scored"] == 1
    early, late = summary["Scored cortices by site and visit"]
    assert (early["Scale"], early["Score 3"], early["Score 4"], early["Unscorable"], early["Blank"]) == (
        "RUST",
        1,
        None,
        1,
        1,
    )
    assert (late["Scale"], late["Labels"], late["Score 1"], late["Score 4"]) == ("mRUST", 2, 1, 4)
    assert "secret" not in str(summary)
