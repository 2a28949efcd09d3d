"""The Python of the peers: made once in a folder of its own, so that it cannot disturb the project's."""

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def peer_python(folder: Path, requirements: Path = REQUIREMENTS) -> Path:
    """Return the interpreter of an environment with the peers; it is made where it is not there yet."""
    python, made = folder / "bin" / "python", folder / requirements.name
    if not made.exists() or made.read_text() != requirements.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
        subprocess.run([str(word) for word in install], check=True)
        made.write_text(requirements.read_text())
    return python
