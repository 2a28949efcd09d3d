"""A pair of films to a document, a table and a picture: every rule brought about on purpose."""

import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from tests.test_scoring_samples import a_film, save_film, write

from radunion import NOTICE
from radunion.errors import FilmError, UsageError
from radunion.joint import TOTAL_SCORES, JointLevels
from radunion.scale import CORTICES, UNION_RULES, View
from radunion.scoring import Bundle, Scored, ScoreDocument, inference, score, score_films, score_picture, score_table
from radunion.scoring.graph import Inferred
from radunion.scoring.score import LEAST_COVERAGE
from radunion.scoring.totals import score_cortices, score_total, score_union, used_cortices


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write(tmp_path / "model", simulated=False, threshold=20.0)


def pair(folder: Path, **lateral: tuple[float, float]) -> list[Path]:
    return [
        save_film(folder / "front.png", a_film(lateral=0.0, levels=(2, 3))),
        save_film(folder / "side.png", a_film(lateral=1.0, levels=(4, 3), **lateral)),
    ]


def codes(scored: Scored) -> list[str]:
    """Return the codes of the warnings, less the one that these patches of grey are no legs."""
    return [one.code for one in scored.document.warnings if one.code != "RS312"]


def test_a_pair_is_scored(tmp_path: Path, bundle: Bundle) -> None:
    scored = score_films(pair(tmp_path), bundle)
    document = scored.document
    assert [document.cortices[cortex].level for cortex in CORTICES] == [2, 3, 4, 3]
    assert document.mrust.total == 12
    assert document.mrust.expected == pytest.approx(12, abs=0.2)
    assert document.mrust.interval[0] <= 12 <= document.mrust.interval[1]
    assert document.rust.total == 11
    assert document.union.rule == "mRUST >= 13"
    assert document.union.bounds is None
    assert document.model.sha256 == bundle.sha256
    assert [(film.view, film.view_source) for film in document.inputs] == [("ap", "model"), ("lateral", "model")]
    assert codes(scored) == ["RS305"]
    assert NOTICE in document.notice


@pytest.mark.parametrize(
    ("films", "views", "runs"),
    [
        ((0, 1), ("ap", "lateral"), 1),
        ((1, 0), ("lateral", "ap"), 1),
        ((1,), ("lateral",), 1),
        ((0, 1), None, 1),
        ((1, 0), None, 2),
        ((1,), None, 2),
    ],
)
def test_the_network_runs_again_only_where_it_says_that_films_are_other_views(
    tmp_path: Path,
    bundle: Bundle,
    monkeypatch: pytest.MonkeyPatch,
    films: tuple[int, ...],
    views: tuple[View, ...] | None,
    runs: int,
) -> None:
    counted: list[None] = []
    infer = inference.infer_prepared

    def counting(*args: Any, **kwargs: Any) -> Inferred:
        counted.append(None)
        return infer(*args, **kwargs)

    monkeypatch.setattr(score, "infer_prepared", counting)
    both = pair(tmp_path)
    document = score_films([both[film] for film in films], bundle, views=views).document
    assert len(counted) == runs
    assert [film.view for film in document.inputs] == [("ap", "lateral")[film] for film in films]
    assert [document.cortices[cortex].level for cortex in ("anterior", "posterior")] == [4, 3]


def test_document_has_the_names_of_the_contract(tmp_path: Path, bundle: Bundle) -> None:
    text = score_films(pair(tmp_path), bundle).document.to_json()
    data = json.loads(text)
    names = "schema notice cortices mrust rust union inputs model convention coverage calibrated familiarity heatmaps"
    assert list(data) == [*names.split(), "warnings"]
    assert list(data["cortices"]["medial"]) == ["level", "probabilities", "levels", "scorable", "seen"]
    assert list(data["mrust"]) == ["total", "bounds", "expected", "interval"]
    assert list(data["union"]) == ["probability", "bounds", "rule"]
    assert list(data["inputs"][0]) == ["path", "sha256", "view", "view_source", "distance", "leg"]
    assert list(data["model"]) == ["name", "version", "sha256", "trained_on"]
    assert list(data["familiarity"]) == ["familiar", "distance", "threshold"]
    assert ScoreDocument.model_validate_json(text).to_json() == text


def test_order_of_the_films_does_not_matter_when_tags_or_model_know(tmp_path: Path, bundle: Bundle) -> None:
    front, side = pair(tmp_path)
    given, turned = score_films([front, side], bundle), score_films([side, front], bundle)
    assert given.document.cortices == turned.document.cortices
    assert codes(turned) == ["RS303", "RS305"]
    assert [film.view for film in turned.document.inputs] == ["lateral", "ap"]
    assert turned.films[0] is not None
    assert turned.films[0].path == front
    assert turned.prepared[0] is not None


def test_user_is_believed_before_the_model(tmp_path: Path, bundle: Bundle) -> None:
    front, side = pair(tmp_path)
    swapped = score_films([front, side], bundle, views=["lateral", "ap"])
    assert codes(swapped) == ["RS302"]
    assert [swapped.document.cortices[cortex].level for cortex in CORTICES] == [4, 3, 2, 3]
    assert [film.view_source for film in swapped.document.inputs] == ["user", "user"]
    assert codes(score_films([front, side], bundle, views=["ap", "lateral"])) == []


def test_one_film_gives_bounds(tmp_path: Path, bundle: Bundle) -> None:
    front, side = pair(tmp_path)
    scored = score_films([front], bundle)
    document = scored.document
    assert [document.cortices[cortex].seen for cortex in CORTICES] == [True, True, False, False]
    assert [document.cortices[cortex].level for cortex in CORTICES] == [2, 3, None, None]
    assert document.cortices["anterior"].levels == (1, 2, 3, 4)
    assert (document.mrust.total, document.mrust.bounds, document.mrust.expected) == (None, (7, 13), None)
    assert (document.rust.total, document.rust.bounds) == (None, (7, 11))
    assert document.union.probability is None
    low, high = document.union.bounds or (1.0, 0.0)
    assert low == 0.0
    assert 0.5 < high <= 1.0
    assert set(codes(scored)) == {"RS305", "RS306"}
    lateral = score_films([side], bundle).document
    assert [lateral.cortices[cortex].seen for cortex in CORTICES] == [False, False, True, True]
    assert [lateral.cortices[cortex].level for cortex in CORTICES] == [None, None, 4, 3]


def test_unscorable_cortex_has_no_level_and_gives_bounds(tmp_path: Path, bundle: Bundle) -> None:
    document = score_films(pair(tmp_path, scorable=(0.1, 0.9)), bundle).document
    anterior = document.cortices["anterior"]
    assert (anterior.level, anterior.seen, anterior.scorable < 0.5) == (None, True, True)
    assert sum(anterior.probabilities) == pytest.approx(1, abs=1e-5)
    assert document.mrust.bounds == (9, 12)
    assert document.union.bounds is not None


def test_bounds_are_those_of_the_missing_at_their_ends() -> None:
    random = np.random.default_rng(5)
    levels = random.dirichlet(np.ones(4), size=(1, 3, 4))
    joint = JointLevels(np.array([[0.5, 0.3, 0.2]]), levels, np.array([[0.9, 0.2, 0.7, 0.49]]))
    present = np.array([True, True])
    used = used_cortices(joint, present)
    assert used.tolist() == [True, False, True, False]
    union = score_union(joint, UNION_RULES["rust-9"], convention="metrc", used=used)
    for end, level in ((0, 0), (1, 3)):
        fixed = levels.copy()
        fixed[:, :, ~used] = np.eye(4)[level]
        there = JointLevels(joint.weights, fixed, joint.scorable)
        assert union.bounds is not None
        assert union.bounds[end] == pytest.approx(float(there.union(UNION_RULES["rust-9"])[0]), abs=1e-6)
        for scale in TOTAL_SCORES:
            bounds = score_total(joint, scale, convention="metrc", used=used, coverage=0.9)
            exact = score_total(there, scale, convention="metrc", used=np.ones(4, dtype=bool), coverage=0.9)
            assert bounds.bounds is not None
            assert (bounds.bounds[end], bounds.interval[end]) == (exact.total, exact.interval[end])


def test_levels_are_the_smallest_run_that_holds_the_coverage() -> None:
    levels = np.broadcast_to(np.array([0.05, 0.5, 0.38, 0.07]), (1, 1, 4, 4))
    joint = JointLevels(np.ones((1, 1)), levels, np.ones((1, 4)))
    present = np.array([True, True])
    for coverage, expected in ((0.4, (2,)), (0.8, (2, 3)), (0.9, (2, 3, 4)), (0.96, (1, 2, 3, 4))):
        assert score_cortices(joint, present=present, coverage=coverage)["medial"].levels == expected


@pytest.mark.parametrize("how", ["copy", "mirrored", "compressed"])
def test_same_film_twice_is_one_film(tmp_path: Path, bundle: Bundle, how: str) -> None:
    random = np.random.default_rng(0)
    film = a_film(lateral=0.0) * 0.8 + 0.2 * np.linspace(0, 1, 24, dtype=np.float32) * random.uniform(0.9, 1)
    first = save_film(tmp_path / "a.png", film)
    second = save_film(tmp_path / "b.png", film[:, ::-1] if how == "mirrored" else film)
    if how == "compressed":
        second = tmp_path / "b.jpg"
        Image.open(first).save(second, quality=90)
    scored = score_films([first, second], bundle)
    assert codes(scored)[0] == "RS301"
    assert str(second) in scored.document.warnings[0].message
    assert "RS306" in codes(scored)
    assert len(scored.document.inputs) == 1
    assert scored.document.mrust.total is None


def test_unfamiliar_films_are_said(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model", threshold=0.001)
    scored = score_films(pair(tmp_path), bundle)
    assert not scored.document.familiarity.familiar
    assert scored.document.familiarity.distance == max(film.distance for film in scored.document.inputs)
    assert codes(scored)[0] == "RS307"


def test_simulated_training_and_a_missing_shaft_are_said(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model", threshold=1000.0, shape="shaft")
    blank = save_film(tmp_path / "blank.png", np.zeros((64, 48)))
    bone = np.zeros((64, 48))
    bone[:, 22:26] = 1.0
    scored = score_films([blank, save_film(tmp_path / "bone.png", bone)], bundle, views=["ap", "lateral"])
    assert {"RS308", "RS309", "RF201"} <= set(codes(scored))
    told = [one.message for one in scored.document.warnings if one.code in ("RS308", "RF201")]
    assert all(message.startswith(f"{blank}: ") for message in told)
    assert len(told) == 2


@pytest.mark.parametrize(
    ("count", "views", "message"),
    [
        (0, None, "one film or the two of a pair, found 0"),
        (3, None, "one film or the two of a pair, found 3"),
        (2, ["ap"], "one a film, ap or lateral, each once; found ap for 2 films"),
        (2, ["ap", "ap"], "each once; found ap, ap"),
        (1, ["other"], "ap or lateral, each once; found other for 1 film$"),
    ],
)
def test_wrong_requests_are_refused(
    tmp_path: Path, bundle: Bundle, count: int, views: list[str] | None, message: str
) -> None:
    front, side = pair(tmp_path)
    with pytest.raises(UsageError, match=message):
        score_films([front, side, front][:count], bundle, views=views)  # type: ignore[arg-type]


@pytest.mark.parametrize("coverage", [-0.9, 0.0, 0.1, 0.499, 1.0, 90.0, float("nan")])
def test_coverage_that_could_leave_the_median_out_is_refused(tmp_path: Path, bundle: Bundle, coverage: float) -> None:
    with pytest.raises(UsageError, match=rf"between 0 and 1, at least 0\.5 so that.*found {coverage}$"):
        score_films(pair(tmp_path), bundle, coverage=coverage)


def test_coverage_holds_the_median_of_any_cortex_and_total() -> None:
    """Below one half it need not: of 0.4, 0.15 and 0.45 the second is the median, and the third alone holds 0.45."""
    random = np.random.default_rng(2)
    everything, present = np.ones(4, dtype=bool), np.array([True, True])
    for _ in range(50):
        levels = random.dirichlet(np.full(4, 0.4), size=(1, 3, 4))
        joint = JointLevels(random.dirichlet(np.ones(3), size=1), levels, np.ones((1, 4)))
        for one in score_cortices(joint, present=present, coverage=LEAST_COVERAGE).values():
            assert one.level in one.levels
        for scale in TOTAL_SCORES:
            total = score_total(joint, scale, convention="metrc", used=everything, coverage=LEAST_COVERAGE)
            assert total.total is not None
            assert total.interval[0] <= total.total <= total.interval[1]
    split = JointLevels(np.ones((1, 1)), np.broadcast_to([0.4, 0.15, 0.45, 0.0], (1, 1, 4, 4)), np.ones((1, 4)))
    narrow = score_cortices(split, present=present, coverage=0.45)["medial"]
    assert (narrow.level, narrow.levels) == (2, (3,))


def test_coverage_is_kept_and_films_are_checked(tmp_path: Path, bundle: Bundle) -> None:
    front, _ = pair(tmp_path)
    with pytest.raises(FilmError, match=r"nowhere\.png"):
        score_films([tmp_path / "nowhere.png"], bundle)
    wide = score_films([front], bundle, coverage=0.999999).document
    assert wide.coverage == 0.999999
    assert (
        len(wide.cortices["medial"].levels) > len(score_films([front], bundle).document.cortices["medial"].levels) - 1
    )


def test_table_says_everything_without_colour(tmp_path: Path, bundle: Bundle) -> None:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    document = score_films(pair(tmp_path, scorable=(0.1, 0.9)), bundle).document
    console.print(score_table(document))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for part in (
        "2, callus",
        "not scorable",
        "mRUST between 9 and 12 of 16 (90 % interval",
        "RUST between",
        "convention metrc",
        "Union (mRUST ≥ 13): between",
        "Without a level: anterior",
        "Model tiny 1",
        "trained on patches of grey",
        "front.png: ap view, by model",
        "RS305",
        NOTICE,
    ):
        assert part in text


def test_picture_has_its_size_and_no_file_name(tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    written: list[str] = []
    write_text = Figure.text

    def overheard(figure: Figure, x: float, y: float, text: str, **style: Any) -> Any:
        written.append(text)
        return write_text(figure, x, y, text, **style)

    monkeypatch.setattr(Figure, "text", overheard)
    png = score_picture(score_films(pair(tmp_path), bundle))
    with Image.open(io.BytesIO(png)) as image:
        assert image.width == 1600
        assert image.format == "PNG"
        assert not image.info.keys() & {"Software", "Author", "Title"}
    words = " ".join(written)
    for part in ("AP", "Lateral", "M: medial", "P: posterior", "mRUST 12 of 16", "Union (mRUST ≥ 13)", NOTICE):
        assert part in words
    assert "front.png" not in words
    assert str(tmp_path) not in words
    assert "RS305 AP and Lateral: neither" in words
    assert score_picture(score_films(pair(tmp_path), bundle)) == png


def test_real_pair_is_drawn(bundle: Bundle) -> None:
    films = sorted((Path(os.environ.get("RADUNION_SHARED", "../shared")) / "real/dev/images").glob("*.jpg"))
    if len(films) < 2:
        pytest.skip("no real films: RADUNION_SHARED names no folder that has real/dev/images")
    scored = score_films(films[:2], bundle)
    assert len(score_picture(scored)) > 50_000
    assert sum(scored.document.cortices["medial"].probabilities) == pytest.approx(1, abs=1e-5)
