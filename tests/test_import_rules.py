"""The rules of the house on who imports whom, and how quick and light the command line is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
LINTER = Path(sys.executable).with_name("lint-imports")
HEAVY = ("torch", "numpy", "polars", "matplotlib", "scipy", "onnxruntime", "pydicom", "PIL", "rich", "pydantic")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a folder's pyproject on the package under its `src`."""
    return subprocess.run(
        [LINTER, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    shutil.copytree(REPOSITORY / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_contract_is_kept() -> None:
    found = lint(REPOSITORY)
    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout


@pytest.mark.parametrize(
    ("room", "line", "broken"),
    [
        ("scale.py", "import radunion.cli", "radunion.scale -> radunion.cli"),
        ("evaluation/compare.py", "import radunion.scoring", "radunion.evaluation.compare -> radunion.scoring"),
        ("cohort/table.py", "import torch", "radunion.cohort.table -> torch"),
        ("scoring/score.py", "import radunion.training", "radunion.scoring.score -> radunion.training"),
        ("cellar.py", "", "cellar"),
    ],
)
def test_a_broken_rule_is_named(copy: Path, room: str, line: str, broken: str) -> None:
    file = copy / "src" / "radunion" / room
    file.write_text((file.read_text() if file.exists() else "") + f"\n{line}\n")
    found = lint(copy)
    assert found.returncode == 1
    assert broken in found.stdout


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom radunion.cli import main\nassert main(['--help']) == 0\n"
        "assert main(['evaluate', '--help']) == 0\n"
        f"print('LOADED', *sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "LOADED"
