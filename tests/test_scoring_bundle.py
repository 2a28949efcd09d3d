"""Bundles: written, verified, zipped, refused, found by default."""

import json
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.test_scoring_samples import BOTH, a_card, a_graph, a_reference, films, prepared, write

from radunion.errors import BundleError, FilmError, UsageError
from radunion.radiograph import Preprocessing
from radunion.scoring import (
    Card,
    default_bundle,
    distances,
    fit_reference,
    infer,
    infer_prepared,
    keep_bundle,
    load_bundle,
    write_bundle,
    zip_bundle,
)


def test_written_bundle_loads_with_its_hashes_filled_in(tmp_path: Path) -> None:
    written = write(tmp_path / "model")
    loaded = load_bundle(tmp_path / "model")
    assert set(loaded.card.files) == {"model.onnx", "reference.safetensors"}
    assert loaded.sha256 == written.sha256
    assert loaded.card.preprocessing == Preprocessing(height=32, width=24, intensity="full")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["model"]


def test_zip_is_the_folder_and_has_the_same_bytes_every_time(tmp_path: Path) -> None:
    folder = write(tmp_path / "model")
    first, second = (
        zip_bundle(tmp_path / "model", tmp_path / "a.zip"),
        zip_bundle(tmp_path / "model", tmp_path / "b.zip"),
    )
    assert first.read_bytes() == second.read_bytes()
    zipped = load_bundle(first)
    assert (zipped.sha256, zipped.card) == (folder.sha256, folder.card)
    ap, lateral = prepared(3)
    ours, theirs = (infer_prepared(one, ap, lateral, np.ones((3, 2), dtype=bool)) for one in (folder, zipped))
    assert np.array_equal(ours.joint.levels, theirs.joint.levels)


def test_zip_of_a_zip_and_a_zip_with_a_folder_around_it_are_read(tmp_path: Path) -> None:
    sha256 = write(tmp_path / "model").sha256
    again = zip_bundle(zip_bundle(tmp_path / "model", tmp_path / "a.zip"), tmp_path / "b.zip")
    assert load_bundle(again).sha256 == sha256
    shutil.make_archive(str(tmp_path / "around"), "zip", tmp_path, "model")
    assert load_bundle(tmp_path / "around.zip").sha256 == sha256


@pytest.mark.parametrize("name", ["model.onnx", "reference.safetensors"])
def test_tampered_file_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    write(tmp_path / "model")
    file = tmp_path / "model" / name
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(BundleError, match=rf"model: {name} is not the file that the card describes.*train the model"):
        load_bundle(tmp_path / "model")


def test_altered_card_changes_the_hash_of_the_bundle(tmp_path: Path) -> None:
    sha256 = write(tmp_path / "model").sha256
    card = tmp_path / "model" / "card.json"
    card.write_text(card.read_text().replace("a test", "a text"))
    assert load_bundle(tmp_path / "model").sha256 != sha256


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"surprise": 1}, "surprise: Extra inputs"),
        ({"summary": " "}, "summary: String should have at least 1 character"),
        ({"notice": "safe for patients"}, "notice: .*must contain 'research use only"),
        ({"schema": 2}, "schema: "),
        ({"files": {}}, r"must list model.onnx and reference.safetensors"),
        ({"files": {"../../secret": "0" * 64}}, "files"),
        ({"preprocessing": {"height": 32, "width": 24}}, "exactly the settings height, intensity, shape, width"),
        ({"preprocessing_digest": "old"}, "another version of radunion prepared otherwise"),
    ],
)
def test_card_that_is_not_ours_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    write(tmp_path / "model")
    card = tmp_path / "model" / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), **change}))
    with pytest.raises(BundleError, match=message):
        load_bundle(tmp_path / "model")


def test_card_says_what_matters_first() -> None:
    fields = list(json.loads(a_card().to_json()))
    assert fields[:3] == ["summary", "notice", "schema"]
    assert Card.model_validate_json(a_card().to_json()) == a_card()


def test_whatever_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "film.png").write_bytes(b"\x89PNG")
    (tmp_path / "empty").mkdir()
    for name, message in (
        ("nowhere", "no such bundle"),
        ("film.png", "cannot be read"),
        ("empty", "must hold card.json"),
    ):
        with pytest.raises(BundleError, match=rf"{name}: .*{message}.*radunion train"):
            load_bundle(tmp_path / name)


def test_zip_that_leads_outside_or_is_cut_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        archive.writestr("../card.json", "{}")
    with pytest.raises(BundleError, match=r"out.zip: card.json is not a card|must hold card.json"):
        load_bundle(tmp_path / "out.zip")
    write(tmp_path / "model")
    whole = zip_bundle(tmp_path / "model", tmp_path / "whole.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleError, match=r"cut.zip: card.json cannot be read"):
        load_bundle(tmp_path / "cut.zip")
    assert not (tmp_path.parent / "card.json").exists()


def test_only_a_bundle_or_an_empty_folder_is_written_over(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years")
    with pytest.raises(BundleError, match="precious: a bundle is written to a new folder"):
        write(precious)
    assert (precious / "thesis.txt").read_text() == "years"
    (tmp_path / "empty").mkdir()
    first = write(tmp_path / "empty")
    (tmp_path / "empty" / "history.json").write_text("[]")
    second = write(tmp_path / "empty", version="2")
    assert first.sha256 != second.sha256
    assert load_bundle(tmp_path / "empty").card.version == "2"
    assert (tmp_path / "empty" / "history.json").read_text() == "[]"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["empty", "precious"]


def test_graph_of_another_interface_is_refused(tmp_path: Path) -> None:
    for graph, message in (
        (a_graph(without="lateral_view"), "must have the outputs weights, levels, scorable, lateral_view, features"),
        (a_graph(size=(48, 24)), r"prepares films of \(32, 24\) pixels and the graph takes \(48, 24\)"),
        (b"not a graph", "the graph cannot be read"),
    ):
        bundle = write_bundle(tmp_path / "model", onnx=graph, card=a_card(), reference=a_reference())
        with pytest.raises(BundleError, match=message):
            _ = bundle.graph


def test_graph_whose_numbers_are_no_probabilities_is_refused(tmp_path: Path) -> None:
    ap, lateral = prepared(1)
    for fault, message in (("sum", "levels must sum to 1"), ("nan", "features holds numbers that are not finite")):
        onnx = a_graph(fault=fault)
        bundle = write_bundle(tmp_path / "model", onnx=onnx, card=a_card(), reference=a_reference())
        with pytest.raises(BundleError, match=message):
            infer_prepared(bundle, ap, lateral, BOTH)


def test_default_is_the_newest_kept_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radunion.scoring.default._packaged", lambda: iter(()))
    monkeypatch.setattr("radunion.scoring.default.user_data_path", lambda _: tmp_path / "data")
    with pytest.raises(BundleError, match="run `radunion train`, or give --model"):
        default_bundle()
    older, newer = write(tmp_path / "a"), write(tmp_path / "b", version="2")
    kept = keep_bundle(tmp_path / "a")
    keep_bundle(tmp_path / "b")
    assert kept == tmp_path / "data" / "models" / f"tiny-{older.sha256[:12]}"
    found, origin = default_bundle()
    assert found.sha256 == newer.sha256
    assert origin == f"tiny 2, the newest of 2 in {tmp_path / 'data' / 'models'}"


def test_batches_equal_one_by_one(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    ap, lateral = prepared(5)
    present = np.array([[1, 1], [1, 0], [0, 1], [1, 1], [1, 1]], dtype=bool)
    whole = infer_prepared(bundle, ap, lateral, present)
    small = infer_prepared(bundle, ap, lateral, present, batch=2)
    assert np.allclose(whole.joint.margins(), small.joint.margins(), atol=1e-6)
    assert np.allclose(whole.features, small.features, atol=1e-6)


def test_an_absent_film_does_not_matter(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    ap, lateral = prepared(2)
    only_ap = np.array([[True, False], [True, False]])
    ours = infer_prepared(bundle, ap, lateral, only_ap)
    theirs = infer_prepared(bundle, ap, np.zeros_like(lateral), only_ap)
    assert np.array_equal(ours.joint.levels, theirs.joint.levels)


def test_films_are_read_in_order_with_progress(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    film_paths = films(tmp_path, 4)
    pairs = [(film_paths[0], film_paths[1]), (film_paths[2], None), (None, film_paths[3])]
    told: list[tuple[int, int]] = []
    found = infer(bundle, pairs, batch=2, progress=lambda done, of: told.append((done, of)))
    assert told == [(2, 3), (3, 3)]
    assert found.present.tolist() == [[True, True], [True, False], [False, True]]
    alone = infer(bundle, pairs[2:])
    assert np.allclose(found.features[2, 1], alone.features[0, 1], atol=1e-6)


def test_an_examination_without_film_is_refused(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    film_paths = films(tmp_path, 1)
    with pytest.raises(UsageError, match="number 2 has neither"):
        infer(bundle, [(film_paths[0], None), (None, None)])
    with pytest.raises(UsageError, match="nothing to score"):
        infer(bundle, [])


def test_a_damaged_film_stops_inference_and_is_named(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    film_paths = films(tmp_path, 6)
    film_paths[3].write_bytes(b"nothing")
    with pytest.raises(FilmError, match=r"3\.png"):
        infer(bundle, [(path, None) for path in film_paths], batch=1)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_reference_of_another_encoder_is_refused(tmp_path: Path) -> None:
    reference = fit_reference(np.random.default_rng(0).normal(size=(30, 7)))
    bundle = write_bundle(tmp_path / "model", onnx=a_graph(), card=a_card(), reference=reference)
    ap, lateral = prepared(2)
    inferred = infer_prepared(bundle, ap, lateral, np.array([[True, False], [True, True]]))
    with pytest.raises(BundleError, match="the reference has 7 features and the graph gives 5"):
        distances(bundle, inferred)
    known = distances(write(tmp_path / "other"), inferred)
    assert np.isnan(known).tolist() == [[False, True], [False, False]]


def test_room_imports_quickly() -> None:
    heavy = "torch matplotlib scipy onnxruntime pydicom polars"
    code = f"import sys, radunion.scoring; print([m for m in {heavy.split()} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_needs_no_torch() -> None:
    code = (
        "import sys, radunion.scoring as room; [getattr(room, name) for name in room.__all__];"
        "print([m for m in ('torch', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
