"""The page on real films, on fabricated ones in the same layout and with a tiny model that reads patches of grey."""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import heatmaps_real
from benchmarks import real_films as command
from benchmarks.real_controls import bright_share
from benchmarks.real_failures import missed
from benchmarks.real_fractures import ALL, BARE, HARDWARE, PLACE, SHAFT_AREA, fracture_section
from benchmarks.real_looks import Looked, look, read_films
from benchmarks.real_measures import Numbers, share_row
from benchmarks.real_page import write_page
from benchmarks.real_pointing import pointing_section
from benchmarks.real_stability import changes
from benchmarks.real_tables import RealExamination, real_films
from benchmarks.real_transforms import AS_FILED, HARMLESS, Act, Transform, as_filed
from benchmarks.real_views import side_section, view_section
from tests.test_scoring_samples import a_film, save_film, write

from radunion import NOTICE
from radunion.errors import CohortError
from radunion.evaluation.compare import Row
from radunion.evaluation.heatmaps.rows import wilson
from radunion.radiograph import Shaft
from radunion.report.study.blocks import Cases, Prose, Section
from radunion.scoring import Bundle

_BOX = "[[4, 4, 20, 16]]"
"""Where the tiny model looks on an AP film, in pixels of a film of 32 × 24."""
_FAR = "[[18, 28, 22, 31]]"


def pair(name: str, group: str, **told: Any) -> dict[str, Any]:
    """Return what is told of one pair; `levels` are what its films say."""
    return {
        "name": name, "group": group, "levels": (4, 4), "fractured": "0", "kind": "none", "site": "", "boxes": "[]",
        "side": "", **told,
    }  # fmt: skip


USUAL = (
    pair("A", "G1"),
    pair("B", "G1", levels=(3, 4)),
    pair("C", "G2", levels=(4, 3)),
    pair("D", "G3", levels=(1, 1), fractured="1", kind="cast/splint", site="tibia", boxes=_BOX),
    pair("E", "G4", levels=(1, 2), fractured="1", site="tibia+fibula", boxes=_FAR),
    pair("F", "G5", levels=(2, 2), fractured="1", kind="nail", site="fibula or malleolus", boxes=_BOX),
)


def a_folder(folder: Path, pairs: Sequence[dict[str, Any]] = USUAL, *, composite: bool = False) -> Path:
    """Write films and their tables as the development films have them."""
    (folder / "images").mkdir(parents=True)
    rows, notes = [], []
    for one in pairs:
        for side, view in enumerate(("ap", "lateral")):
            film = a_film(lateral=float(side), levels=one["levels"])
            save_film(folder / "images" / f"{one['name']}-{view}.png", film)
        rows.append(
            {
                "pair_id": one["name"], "ap_image": f"{one['name']}-ap.png",
                "lateral_image": f"{one['name']}-lateral.png", "fractured": one["fractured"], "hardware": "0",
                "hardware_kind": one["kind"], "ap_boxes": one["boxes"], "lateral_boxes": "[]", "side": one["side"],
            }
        )  # fmt: skip
        notes.append({"id": one["name"], "group": one["group"], "box_site": one["site"]})
    singles = [_composite(folder)] if composite else []
    notes += [{"id": one["single_id"], "group": "G9", "box_site": "tibia"} for one in singles]
    _table(folder / "pairs.csv", rows)
    _table(folder / "notes.csv", notes)
    _table(
        folder / "singles.csv",
        singles or [dict.fromkeys(("single_id", "image", "view", "hardware_kind", "boxes"), "")],
        empty=not singles,
    )
    return folder


def _composite(folder: Path) -> dict[str, Any]:
    both = np.hstack([a_film(lateral=1.0, levels=(2, 2)), a_film(lateral=0.0, levels=(1, 1))])
    save_film(folder / "images" / "S.png", both)
    panels = [{"view": "lateral", "box": [0, 0, 24, 32]}, {"view": "ap", "box": [24, 0, 48, 32]}]
    return {
        "single_id": "S", "image": "S.png", "view": "composite", "panels": json.dumps(panels), "fractured": "1",
        "hardware_kind": "plate", "boxes": "[[1, 1, 5, 5]]",
    }  # fmt: skip


def _table(path: Path, rows: Sequence[dict[str, Any]], *, empty: bool = False) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows([] if empty else rows)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("model") / "tiny", evidence=True)


def looks(bundle: Bundle, folder: Path) -> list[Looked]:
    return [look(bundle, one) for one in real_films(folder)]


def found(numbers: Numbers, protocol: str, metric: str, scope: str) -> Row:
    """Return the one row of these names."""
    (row,) = [one for one in numbers.rows if (one.protocol, one.metric, one.scope) == (protocol, metric, scope)]
    return row


def words(section: Section) -> str:
    """Return all paragraphs of a section."""
    return " ".join(block.text for block in section.blocks if isinstance(block, Prose))


def no_pictures(*_: Any, **__: Any) -> tuple[()]:
    return ()


def test_groups_are_counted_and_not_pairs(tmp_path: Path, bundle: Bundle) -> None:
    numbers = Numbers()
    view_section(bundle, looks(bundle, a_folder(tmp_path)), numbers, no_pictures)
    row = found(numbers, "tiny", "auroc", "view")
    assert (row.exams, row.patients) == (12, 5)
    assert row.estimate == 1.0


def test_a_film_of_the_other_view_is_named(tmp_path: Path, bundle: Bundle) -> None:
    folder = a_folder(tmp_path)
    save_film(folder / "images" / "B-ap.png", a_film(lateral=1.0))
    numbers = Numbers()
    section = view_section(bundle, looks(bundle, folder), numbers, no_pictures)
    (cases,) = [block.cases for block in section.blocks if isinstance(block, Cases)]
    assert [case.title for case in cases] == ["B, AP"]
    assert found(numbers, "tiny", "share:view right", "AP films").estimate == pytest.approx(5 / 6)
    assert found(numbers, "tiny", "share:view right", "lateral films").estimate == 1.0


def test_controls_stand_beside_the_model(tmp_path: Path, bundle: Bundle) -> None:
    numbers = Numbers()
    fracture_section("tiny", looks(bundle, a_folder(tmp_path)), numbers, mapped=True)
    assert found(numbers, "tiny", "auroc", ALL).estimate == 1.0
    assert found(numbers, HARDWARE, "auroc", ALL).estimate == 0.75
    assert found(numbers, HARDWARE, "auroc", BARE).estimate == 0.5
    assert found(numbers, f"tiny - {HARDWARE}", "difference:auroc", ALL).estimate == 0.25
    assert found(numbers, PLACE, "auroc", ALL).estimate == 0.5
    area = found(numbers, SHAFT_AREA, "auroc", ALL).estimate
    assert area is not None and 0.5 <= area <= 1.0


def test_an_empty_class_is_said_and_has_no_number(tmp_path: Path, bundle: Bundle) -> None:
    numbers = Numbers()
    intact = [pair("A", "G1"), pair("B", "G2")]
    section = fracture_section("tiny", looks(bundle, a_folder(tmp_path, intact)), numbers, mapped=True)
    row = found(numbers, "tiny", "auroc", ALL)
    assert row.estimate is None and row.low is None
    assert row.reason == "not defined: there is no pair with a fractured tibia here"
    assert "there is no pair with a fractured tibia" in words(section)


def test_what_changes_nothing_moves_no_total(tmp_path: Path, bundle: Bundle) -> None:
    (one, *_) = real_films(a_folder(tmp_path))
    looked = look(bundle, one, changes={"mirrored": as_filed, "negative": HARMLESS["negative"]})
    assert changes([looked], ["mirrored"]) == pytest.approx([0.0], abs=1e-5)
    assert changes([looked], ["negative"])[0] > 1.0
    assert looked.said["mirrored"].apart == pytest.approx(looked.filed.apart)


def test_maps_that_keep_their_side_are_found_out(tmp_path: Path, bundle: Bundle) -> None:
    sides = ("left", "right", "left", "left")
    told = [pair(name, f"G{name}", side=side) for name, side in zip("ABCD", sides, strict=True)]
    numbers = Numbers()
    side_section(bundle, looks(bundle, a_folder(tmp_path, told)), numbers)
    assert found(numbers, "tiny", "share:order flips", "AP films").estimate == 0.0
    assert found(numbers, "tiny", "share:side right", "AP films").estimate == 0.75


def test_an_unrecorded_side_is_said(tmp_path: Path, bundle: Bundle) -> None:
    section = side_section(bundle, looks(bundle, a_folder(tmp_path)), Numbers())
    assert "is not recorded" in words(section)


def test_a_model_without_maps_is_measured_without_them(tmp_path: Path) -> None:
    plain, numbers = write(tmp_path / "plain", evidence=False), Numbers()
    looked = looks(plain, a_folder(tmp_path / "dev"))
    fracture_section("tiny", looked, numbers, mapped=False)
    assert found(numbers, "tiny", "auroc", ALL).estimate == 1.0
    assert found(numbers, PLACE, "auroc", ALL).reason == "the model has no heat-maps"
    assert "no evidence maps" in words(side_section(plain, looked, numbers))
    assert "no heat-maps" in words(pointing_section(plain, [one.examination for one in looked], numbers))
    assert missed(looked) == []


def test_maps_in_the_box_hit_and_others_are_failures(tmp_path: Path, bundle: Bundle) -> None:
    looked = {one.examination.name: one for one in looks(bundle, a_folder(tmp_path))}
    assert looked["D"].away == (0.0, None)
    (far, side, one) = missed(list(looked.values()))[0]
    assert (side, one.examination.name) == (0, "E")
    assert 0.2 < far < 0.8


def test_files_of_two_views_are_cut_into_their_panels(tmp_path: Path, bundle: Bundle) -> None:
    one = real_films(a_folder(tmp_path, composite=True))[-1]
    assert not one.whole and not one.paired and one.state == "tibia fractured"
    ap, lateral = read_films(one)
    assert ap is not None and lateral is not None
    assert ap.pixels[0, 0] == 0.0 and lateral.pixels[0, 0] == 1.0
    looked = look(bundle, one)
    assert looked.lateral == pytest.approx((0.0, 1.0), abs=0.01)
    assert set(looked.said) == {AS_FILED}
    assert looked.away == (None, None)


def test_a_share_without_spread_has_an_interval_over_groups() -> None:
    row = share_row("tiny", np.ones(6, dtype=bool), np.array(["a", "a", "b", "b", "c", "c"]), metric="x", scope="y")
    assert row.estimate == 1.0
    assert (row.low, row.high) == wilson(3, 3)


def test_area_is_the_bright_part_of_the_strip() -> None:
    film = np.full((640, 96), 0.2, dtype=np.float32)
    film[:, 36:60] = 0.8
    shaft = Shaft(np.full(160, 0.5, dtype=np.float32), turned=False, found=True)
    assert bright_share(film, shaft) == pytest.approx(0.25, abs=0.01)


def test_a_single_group_has_no_interval() -> None:
    row = share_row("tiny", np.array([True, False]), np.array(["a", "a"]), metric="x", scope="y")
    assert (row.estimate, row.low, row.high, row.reason) == (0.5, None, None, "one group: no interval")


@pytest.mark.parametrize("name", HARMLESS)
def test_changes_keep_films_films(name: Transform) -> None:
    film = np.random.default_rng(0).random((60, 40), dtype=np.float32)
    found = HARMLESS[name](film)
    assert found.dtype == np.float32 and found.min() >= 0 and found.max() <= 1
    assert found.shape == {"cropped 5 %": (54, 36), "cropped 10 %": (48, 32)}.get(name, film.shape)
    assert found.shape != film.shape or not np.array_equal(found, film)


def test_tables_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "notes.csv").write_text("id,group,box_site\nA,G1,\n")
    with pytest.raises(CohortError, match=r"notes\.csv.*B has none"):
        real_films(folder)
    header = (folder / "pairs.csv").read_text().splitlines()[0]
    (folder / "pairs.csv").write_text(f"{header}\n")
    with pytest.raises(CohortError, match="no AP and no lateral film"):
        real_films(folder)
    (folder / "pairs.csv").write_text("pair_id,ap_image\n")
    with pytest.raises(CohortError, match=r"pairs\.csv.*lateral_image.*missing"):
        real_films(folder)
    with pytest.raises(CohortError, match=r"notes\.csv: there is no such table"):
        real_films(tmp_path / "elsewhere")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Path:
    folder = a_folder(tmp_path_factory.mktemp("films") / "dev", [USUAL[row] for row in (0, 3, 4)], composite=True)
    acts: dict[Transform, Act] = {"mirrored": HARMLESS["mirrored"], "negative": HARMLESS["negative"]}
    looked = [look(bundle, one, changes=acts) for one in real_films(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heatmaps_real, "shuffled_bundle", lambda bundle, **_: bundle)  # the tiny model learned nothing
        return write_page(tmp_path_factory.mktemp("out"), bundle, looked, acts=acts)


def test_the_page_says_what_it_is_and_needs_no_other_file(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert NOTICE in text
    assert "Development films" in text
    assert "plate, tibia fractured" in text
    assert 'src="data:image/jpeg' in text
    assert "http" not in text.replace("http://www.w3.org", "")
    assert "NaN" not in text and "nan " not in text


def test_every_pointer_of_the_page_meets_its_number(page: Path) -> None:
    record = json.loads((page.parent / "metrics.json").read_text())
    assert record["films"] == "development films"
    assert NOTICE in record["notice"]
    keys = [(row["protocol"], row["metric"], row["scope"]) for row in record["rows"]]
    assert len(keys) == len(set(keys))
    assert (record["examinations"], record["groups"]) == (4, 4)
    pointing = [row for row in record["rows"] if row["metric"] == "pointing" and row["protocol"] == "tiny"]
    assert [row["estimate"] for row in pointing] == [0.5, 1.0, 0.0]


def test_the_command_says_what_is_missing(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["real_films", str(bundle.path), "--out", str(tmp_path / "out"), "--films", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)
    assert command.main() == 1
    assert "notes.csv: there is no such table" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_fracture_that_is_not_told_is_left_out(tmp_path: Path) -> None:
    told = real_films(a_folder(tmp_path, [pair("A", "G1", fractured="", site="tibia")]))
    assert [one.state for one in told] == ["other or unclear"]
    assert isinstance(told[0], RealExamination)
