"""`radunion score`: what goes to standard output, to files and to standard error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.test_scoring_samples import a_film, save_film, write

from radunion import NOTICE
from radunion.cli import main
from radunion.scoring import ScoreDocument

Told = pytest.CaptureFixture[str]


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    front = save_film(tmp_path / "[front] 1.png", a_film(lateral=0.0, levels=(2, 3)))
    side = save_film(tmp_path / "side.png", a_film(lateral=1.0, levels=(4, 3)))
    return [str(front), str(side)]


@pytest.fixture
def model(tmp_path: Path) -> str:
    write(tmp_path / "model", simulated=False, threshold=20.0)
    return str(tmp_path / "model")


def test_a_pair_is_a_table_with_the_notice(pair: list[str], model: str, capsys: Told) -> None:
    assert main(["score", *pair, "--model", model]) == 0
    told = capsys.readouterr()
    assert "mRUST 12 of 16" in told.out
    assert NOTICE in told.out
    assert f"{pair[0]}: ap view, by model" in "".join(told.out.split("\n"))
    assert told.err == ""


def test_json_is_one_document(pair: list[str], model: str, capsys: Told) -> None:
    words = ["--views", "lateral", "ap", "--union", "rust-10", "--coverage", "0.5", "--json"]
    assert main(["score", *reversed(pair), "--model", model, *words]) == 0
    document = ScoreDocument.model_validate_json(capsys.readouterr().out)
    assert document.mrust.total == 12
    assert (document.union.rule, document.coverage) == ("RUST >= 10", 0.5)
    assert [(film.view, film.view_source) for film in document.inputs] == [("lateral", "user"), ("ap", "user")]


def test_out_holds_the_same_document_and_a_picture(pair: list[str], model: str, tmp_path: Path, capsys: Told) -> None:
    out = tmp_path / "new" / "score"
    assert main(["score", *pair, "--model", model, "--json", "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert json.loads((out / "score.json").read_text()) == json.loads(told.out)
    assert (out / "score.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(one.name for one in out.iterdir()) == ["score.json", "score.png"]
    assert told.err == f"radunion: wrote {out / 'score.json'}, {out / 'score.png'}\n"


def test_out_holds_the_heat_maps_of_the_last_score_alone(pair: list[str], tmp_path: Path, capsys: Told) -> None:
    out, model = tmp_path / "score", str(write(tmp_path / "model", evidence=True, threshold=20.0).path)
    maps = [f"heatmap-{cortex}.png" for cortex in ("anterior", "lateral", "medial", "posterior")]
    assert main(["score", *pair, "--model", model, "--json", "--out", str(out)]) == 0
    assert sorted(json.loads(capsys.readouterr().out)["heatmaps"].values()) == maps
    assert sorted(one.name for one in out.iterdir()) == [*maps, "score.json", "score.png"]
    words = ["score", pair[0], "--views", "lateral", "--model", model, "--out", str(out)]
    assert main(words) == 2
    assert "heatmap-posterior.png: this would be replaced" in capsys.readouterr().err
    assert main([*words, "--overwrite"]) == 0
    assert sorted(one.name for one in out.iterdir()) == [maps[0], maps[3], "score.json", "score.png"]


def test_files_are_replaced_only_when_asked(pair: list[str], model: str, tmp_path: Path, capsys: Told) -> None:
    (tmp_path / "score.png").write_text("a picture of mine")
    words = ["score", *pair, "--model", model, "--out", str(tmp_path)]
    assert main(words) == 2
    assert f"{tmp_path / 'score.png'}: this would be replaced" in capsys.readouterr().err
    assert (tmp_path / "score.png").read_text() == "a picture of mine"
    assert not (tmp_path / "score.json").exists()
    assert main([*words, "--overwrite"]) == 0
    assert (tmp_path / "score.png").read_bytes().startswith(b"\x89PNG")


def test_out_that_is_a_file_is_refused(pair: list[str], model: str, capsys: Told) -> None:
    assert main(["score", *pair, "--model", model, "--out", pair[0]]) == 2
    assert f"its folder must be a folder and {pair[0]} is a file" in capsys.readouterr().err


def test_without_a_model_the_default_is_named(
    pair: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    write(tmp_path / "models" / "tiny", threshold=20.0)
    monkeypatch.setattr("radunion.scoring.default.models_folder", lambda: tmp_path / "models")
    monkeypatch.setattr("radunion.scoring.default._packaged", lambda: iter(()))
    assert main(["score", *pair, "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["model"]["name"] == "tiny"
    assert told.err.startswith("radunion: no --model was given: scoring with tiny 1, the newest of 1 in ")


def test_without_any_model_the_way_to_one_is_told(
    pair: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    monkeypatch.setattr("radunion.scoring.default.models_folder", lambda: tmp_path / "models")
    monkeypatch.setattr("radunion.scoring.default._packaged", lambda: iter(()))
    assert main(["score", *pair]) == 1
    assert "there is no model yet; run `radunion train`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["a.png", "b.png", "c.png"], 2, "one film or the two of a pair, found 3"),
        (["a.png"], 1, "radunion: a.png: "),
        (["a.png", "--coverage", "90"], 2, "a probability between 0 and 1"),
        (["a.png", "--views", "ap", "ap"], 2, "the views are one a film"),
        (["a.png", "--views", "oblique"], 2, "invalid choice: 'oblique'"),
        (["a.png", "--union", "13"], 2, "invalid choice: '13'"),
    ],
)
def test_what_cannot_be_scored_is_said(model: str, capsys: Told, words: list[str], code: int, said: str) -> None:
    assert main(["score", *words, "--model", model]) == code
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_a_model_that_is_none_is_said(pair: list[str], tmp_path: Path, capsys: Told) -> None:
    assert main(["score", *pair, "--model", str(tmp_path / "none")]) == 1
    assert "there is no such bundle" in capsys.readouterr().err


def test_scoring_loads_neither_torch_nor_what_it_does_not_need(pair: list[str], model: str) -> None:
    program = (
        "import sys\nfrom radunion.cli import main\n"
        "assert main(sys.argv[1:]) == 0\n"
        "unwanted = {'torch', 'timm', 'onnx', 'polars', 'matplotlib', 'sklearn'}\n"
        "print('LOADED', *sorted(unwanted & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, "score", *pair, "--model", model]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "LOADED"
