from pathlib import Path

import matplotlib
import matplotlib.text
import numpy as np
import pytest
from PIL import Image

from radunion.cohort import Cohort, contact_sheet, read_cohort


def cohort_of(folder: Path, patients: int) -> Cohort:
    """Return a cohort whose AP films are white on black above, whose lateral films are below."""
    rows = ["patient,visit,view,image,medial,lateral,anterior,posterior,scale"]
    for patient in range(patients):
        for view in ("ap", "lateral"):
            pixels = np.zeros((60, 40), dtype=np.uint8)
            pixels[: 30 if view == "ap" else 10] = 255
            Image.fromarray(pixels).save(folder / f"{patient}{view}.png")
            rows.append(f"secret{patient},v,{view},{patient}{view}.png,1,1,1,1,mrust")
    (folder / "cohort.csv").write_text("\n".join(rows) + "\n")
    return read_cohort(folder / "cohort.csv")


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect every text that is drawn."""
    seen: list[str] = []
    draw = matplotlib.text.Text.draw

    def record(self: matplotlib.text.Text, *args: object, **kwargs: object) -> None:
        seen.append(self.get_text())
        draw(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(matplotlib.text.Text, "draw", record)
    return seen


def test_films_stand_under_their_named_view_with_their_line(tmp_path: Path, texts: list[str]) -> None:
    out = contact_sheet(cohort_of(tmp_path, 3), tmp_path / "new" / "sheet.png")
    drawn = set(texts)
    assert {f"line {line}" for line in range(2, 8)} | {"named AP", "named lateral"} <= drawn
    assert not any("secret" in text for text in drawn)
    with Image.open(out) as sheet:
        assert sheet.format == "PNG"
        gray = np.asarray(sheet.convert("L"))
    ap, lateral = np.array_split(gray, 2, axis=1)
    assert (ap < 5).mean() < (lateral < 5).mean()


def test_rows_are_spread_over_the_table(tmp_path: Path, texts: list[str]) -> None:
    contact_sheet(cohort_of(tmp_path, 9), tmp_path / "sheet.png", rows=3)
    assert {text for text in texts if text.startswith("line")} == {f"line {n}" for n in (2, 10, 18, 3, 11, 19)}


def test_a_frame_gives_the_same_sheet_as_its_cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort = cohort_of(tmp_path, 2)
    monkeypatch.chdir(tmp_path)
    first = contact_sheet(cohort, tmp_path / "first.png").read_bytes()
    assert contact_sheet(cohort.frame, tmp_path / "second.png").read_bytes() == first


def test_a_film_that_cannot_be_read_says_so_in_its_place(tmp_path: Path, texts: list[str]) -> None:
    cohort = cohort_of(tmp_path, 2)
    (tmp_path / "0ap.png").unlink()
    contact_sheet(cohort, tmp_path / "sheet.png")
    assert "there is no such file" in " ".join(texts)
    assert "line 2" in texts


def test_a_table_without_films_gives_an_empty_sheet(tmp_path: Path, texts: list[str]) -> None:
    cohort = cohort_of(tmp_path, 1)
    assert contact_sheet(cohort.frame.clear(), tmp_path / "sheet.png").is_file()
    assert not [text for text in texts if text.startswith("line")]
