"""Cold starts as a user meets them, each beside the least that Python itself takes for the same imports."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROUNDS = 5
RADUNION = [str(Path(sys.executable).with_name("radunion"))]
FLOOR_HELP = [sys.executable, "-c", "import argparse"]
FLOOR_SCORE = [sys.executable, "-c", "import numpy, onnxruntime, pydicom, PIL.Image, pydantic, rich.table"]


def run() -> list[dict[str, Any]]:
    """Return the seconds of `radunion --help` and of `radunion score` of a DICOM pair, beside their floors."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data"), "XDG_CACHE_HOME": str(folder / "cache")}
        demo = [*RADUNION, "demo", "--out", str(folder / "demo"), "--patients", "30", "--test-patients", "4"]
        subprocess.run([*demo, "--epochs", "1"], env=environment, check=True, capture_output=True)
        films = sorted((folder / "demo" / "test" / "films").glob("00001-1-*.dcm"))
        score = [*RADUNION, "score", *map(str, films), "--json"]
        return [
            _row("radunion --help, cold", [*RADUNION, "--help"], FLOOR_HELP, 0.4, environment),
            _row("radunion score of a DICOM pair, cold", score, FLOOR_SCORE, 4.0, environment),
        ]


def _row(title: str, command: list[str], floor: list[str], aim: float, environment: dict[str, str]) -> dict[str, Any]:
    rounds = [(_seconds(command, environment), _seconds(floor, environment)) for _ in range(ROUNDS + 1)][1:]
    seconds = sorted(ours for ours, _ in rounds)
    return {
        "benchmark": title,
        "value": round(statistics.median(seconds), 2),
        "low": round(seconds[0], 2),
        "high": round(seconds[-1], 2),
        "unit": "s",
        "aim": f"<= {aim}",
        "beside": f"{statistics.median(ours / least for ours, least in rounds):.2f} times its imports alone",
    }


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start
