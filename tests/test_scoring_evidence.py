"""Where a model looked: its maps on the film, in files, in the picture, and graphs that promise them wrongly."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.test_scoring_samples import PEAKS, a_film, prepared, save_film, write

from radunion.errors import BundleError
from radunion.scale import CORTICES
from radunion.scoring import Scored, infer_prepared, score_films, score_picture
from radunion.scoring.close_up import maps_on, places_of_letter, window_of
from radunion.scoring.files import score_files


@pytest.fixture
def scored(tmp_path: Path) -> Scored:
    front = save_film(tmp_path / "front.png", a_film(lateral=0.0))
    side = save_film(tmp_path / "side.png", a_film(lateral=1.0))
    return score_films([side, front], write(tmp_path / "model", evidence=True, threshold=20.0))


def test_each_cortex_has_its_map_on_the_film_of_its_view(scored: Scored) -> None:
    assert tuple(scored.evidence) == CORTICES
    for cortex, (row, column) in PEAKS.items():
        one = scored.evidence[cortex]
        assert one.film is scored.films[0 if cortex in ("medial", "lateral") else 1]
        found = one.on_film()
        assert found.shape == (32, 24)
        assert found.max() == 1
        peak = np.array(np.unravel_index(found.argmax(), found.shape))
        assert np.abs(peak - (4 * row + 1.5, 4 * column + 1.5)).max() <= 1


def test_one_film_has_maps_of_its_two_cortices(tmp_path: Path) -> None:
    side = save_film(tmp_path / "side.png", a_film(lateral=1.0))
    alone = score_films([side], write(tmp_path / "model", evidence=True, threshold=20.0))
    assert tuple(alone.evidence) == ("anterior", "posterior")


def test_without_evidence_there_are_no_maps_and_the_rest_is_the_same(scored: Scored, tmp_path: Path) -> None:
    films = [tmp_path / "side.png", tmp_path / "front.png"]
    plain = score_films(films, write(tmp_path / "plain", threshold=20.0))
    assert plain.evidence == {}
    assert plain.document.cortices == scored.document.cortices
    assert sorted(score_files(plain)) == ["score.json", "score.png"]


def test_files_hold_a_map_a_cortex_and_the_document_names_them(scored: Scored) -> None:
    files = score_files(scored)
    named = json.loads(files["score.json"])["heatmaps"]
    assert named == {cortex: f"heatmap-{cortex}.png" for cortex in CORTICES}
    for cortex, name in named.items():
        grey = np.asarray(Image.open(io.BytesIO(files[name])))
        assert grey.dtype == np.uint8
        np.testing.assert_array_equal(grey, np.round(scored.evidence[cortex].on_film() * 255))


def test_the_picture_outlines_and_letters_the_cortices(scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.axes import Axes

    letters: list[str] = []
    annotate = Axes.annotate

    def overheard(axes: Axes, text: str, *args: Any, **style: Any) -> Any:
        letters.append(text)
        return annotate(axes, text, *args, **style)

    monkeypatch.setattr(Axes, "annotate", overheard)
    png = score_picture(scored)
    assert sorted(letters) == ["A", "L", "M", "P"]
    assert score_picture(scored) == png


def test_the_close_up_shows_all_peaks_and_stays_on_the_film() -> None:
    for places in ([(5, 3), (12, 20)], [(90, 70), (99, 79)], [(2, 40), (95, 41)]):
        maps = {}
        for cortex, (row, column) in zip(("medial", "lateral"), places, strict=True):
            maps[cortex] = np.zeros((100, 80), dtype=np.float32)
            maps[cortex][row, column] = 1
        window = window_of(maps, (100, 80), aspect=1.3)  # type: ignore[arg-type]
        assert window is not None
        left, top, right, bottom = window
        assert min(left, top) >= 0
        assert right <= 80
        assert bottom <= 100
        assert all(left <= column + 0.5 <= right and top <= row + 0.5 <= bottom for row, column in places)
    assert window_of({}, (100, 80), aspect=1.3) is None


def test_every_outline_in_the_window_that_is_no_crumb_has_its_letter_inside_the_window() -> None:
    heat = np.zeros((100, 80), dtype=np.float32)
    heat[5:26, 20:24] = 1  # half of it above the window
    heat[60:80, 22:26] = 0.8
    heat[40:42, 22:24] = 0.9  # a crumb
    heat[90:99, 30:40] = 1  # below the window
    found = list(places_of_letter(heat, (10.0, 15.0, 70.0, 85.0)))
    assert [(column, side) for column, _, side in found] == [(20, "left"), (22, "left")]
    assert [row for _, row, _ in found] == [pytest.approx(20, abs=1), pytest.approx(69.5, abs=1)]
    assert [side for *_, side in places_of_letter(heat[:, ::-1], (10.0, 15.0, 70.0, 85.0))] == ["right", "right"]
    assert list(places_of_letter(heat * 0, (10.0, 15.0, 70.0, 85.0))) == []
    edge = np.zeros((100, 80), dtype=np.float32)
    edge[10:18, 10:13] = 1  # at the window's left edge, most of it above
    ((column, row, side),) = places_of_letter(edge, (10.0, 15.0, 70.0, 85.0))
    assert (column, side) == (12, "right")
    assert row == pytest.approx(18.5)


def test_empty_maps_are_left_out(scored: Scored) -> None:
    assert maps_on(np.zeros((320, 240), dtype=np.float32), scored.evidence).keys() == scored.evidence.keys()
    empty = {cortex: replace(one, values=one.values * 0) for cortex, one in scored.evidence.items()}
    assert maps_on(np.zeros((32, 24), dtype=np.float32), empty) == {}
    assert score_picture(replace(scored, evidence=empty)).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("absent", "the card promises heat-maps, so the graph must have the output evidence, found none"),
        ("heavy", "the output evidence must be at least 0 and at most 1 in sum over each film"),
        ("negative", "the output evidence must be at least 0"),
    ],
)
def test_a_graph_that_does_not_keep_the_cards_promise_is_refused(tmp_path: Path, fault: str, message: str) -> None:
    bundle = write(tmp_path / "model", evidence=True, fault=fault)
    ap, lateral = prepared(2)
    with pytest.raises(BundleError, match=message):
        infer_prepared(bundle, ap, lateral, np.ones((2, 2), dtype=bool), evidence=True)


def test_batches_join_and_evidence_is_given_only_when_asked(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model", evidence=True)
    ap, lateral = prepared(5)
    present = np.ones((5, 2), dtype=bool)
    present[3, 1] = False
    joined = infer_prepared(bundle, ap, lateral, present, batch=2, evidence=True).evidence
    assert joined is not None
    assert joined.shape == (5, 4, 8, 6)
    assert joined.sum(axis=(2, 3))[3].tolist() == [1, 1, 0, 0]
    assert infer_prepared(bundle, ap, lateral, present).evidence is None
