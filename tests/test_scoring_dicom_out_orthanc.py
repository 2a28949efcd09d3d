"""A round trip through a real archive: Orthanc, started on loopback, stored to by DICOMweb and read back."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset
from tests.test_scoring_dicom_out_samples import opened, save_pair, written
from tests.test_scoring_samples import write

from radunion.scoring import Bundle
from radunion.scoring.dicom_out import NAMES

ORTHANC = shutil.which("Orthanc") or "/usr/sbin/Orthanc"
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
SECONDS = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(ORTHANC).is_file(), reason="Debian's orthanc is not installed"),
    pytest.mark.skipif(not PLUGIN.is_file(), reason="Debian's orthanc-dicomweb is not installed"),
]

PATIENT = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge")
STUDY = ("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "StudyDescription")
NAME = "Yamada^Tarou=山田^太郎=やまだ^たろう"
"""The example of PS3.5 H.3.1."""


@dataclass(frozen=True)
class Archive:
    """A running Orthanc."""

    address: str

    def store(self, files: list[bytes]) -> dict[str, Any]:
        """Store instances by STOW-RS (PS3.18 10.5)."""
        mark = uuid.uuid4().hex
        parts = [f"--{mark}\r\nContent-Type: application/dicom\r\n\r\n".encode() + one + b"\r\n" for one in files]
        kind = f'multipart/related; type="application/dicom"; boundary={mark}'
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        request = urllib.request.Request(f"{self.address}/dicom-web/studies", data=body)  # noqa: S310
        request.add_header("Content-Type", kind)
        request.add_header("Accept", "application/dicom+json")
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return dict(json.load(answer))

    def get(self, path: str) -> bytes:
        request = urllib.request.Request(f"{self.address}{path}", headers={"Accept": "application/dicom+json, */*"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return bytes(answer.read())

    def metadata(self, one: Dataset) -> Dataset:
        """Return an instance's metadata by WADO-RS."""
        place = f"studies/{one.StudyInstanceUID}/series/{one.SeriesInstanceUID}/instances/{one.SOPInstanceUID}"
        return Dataset.from_json(json.loads(self.get(f"/dicom-web/{place}/metadata"))[0], lambda *_: b"")

    def file(self, one: Dataset) -> bytes:
        """Return an instance's file by Orthanc's own interface."""
        return self.get(f"/instances/{self._named(one)}/file")

    def preview(self, one: Dataset) -> bytes:
        """Return an instance's picture as PNG, drawn by Orthanc."""
        return self.get(f"/instances/{self._named(one)}/preview")

    def _named(self, one: Dataset) -> str:
        query = json.dumps({"Level": "Instance", "Query": {"SOPInstanceUID": str(one.SOPInstanceUID)}}).encode()
        request = urllib.request.Request(f"{self.address}/tools/find", data=query)  # noqa: S310
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            (found,) = json.load(answer)
        return str(found)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("orthanc")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": port,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "Plugins": [str(PLUGIN)],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([ORTHANC, str(folder / "orthanc.json")], stdout=log, stderr=log)
        try:
            running = Archive(f"http://127.0.0.1:{port}")
            _wait_for(running, process, folder / "log")
            yield running
        finally:
            process.terminate()
            process.wait(SECONDS)


def _wait_for(archive: Archive, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            archive.get("/system")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"Orthanc did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("model") / "tiny")


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"SpecificCharacterSet": ["", "ISO 2022 IR 87"], "PatientName": NAME},
        {"PatientID": "", "StudyID": "", "StudyDate": ""},
    ],
    ids=["plain", "japanese", "empty"],
)
def test_what_is_stored_comes_back_beside_its_films(
    tmp_path: Path, bundle: Bundle, archive: Archive, tags: dict[str, Any]
) -> None:
    study = f"2.25.{uuid.uuid4().int}"
    paths = save_pair(tmp_path, StudyInstanceUID=study, ImageLaterality="L", **tags)
    _, made = written(paths, bundle)
    assert sorted(made.content) == sorted(NAMES)
    answer = archive.store([*(path.read_bytes() for path in paths), *made.content.values()])
    assert len(answer["00081199"]["Value"]) == 7
    assert answer.get("00081198", {}).get("Value", []) == []  # failed SOP sequence
    film = opened(paths[0].read_bytes())
    for content in made.content.values():
        one = opened(content)
        assert archive.file(one) == content
        kept = archive.metadata(one)
        for keyword in (*PATIENT, *STUDY):
            assert str(kept.get(keyword) or "") == str(film.get(keyword) or ""), keyword
    (found,) = json.loads(archive.get(f"/dicom-web/studies?StudyInstanceUID={study}&includefield=all"))
    assert sorted(found["00080061"]["Value"]) == ["CR", "OT", "PR", "SR"]
    assert len(json.loads(archive.get(f"/dicom-web/studies/{study}/series"))) == 5


def test_the_archive_draws_the_heatmap_as_it_was_made(tmp_path: Path, bundle: Bundle, archive: Archive) -> None:
    paths = save_pair(tmp_path, StudyInstanceUID=f"2.25.{uuid.uuid4().int}")
    content = written(paths, bundle)[1].content["heatmap-ap.dcm"]
    archive.store([content])
    drawn = Image.open(BytesIO(archive.preview(opened(content)))).convert("RGB")
    assert (np.asarray(drawn) == opened(content).pixel_array).all()


def test_the_command_tells_nothing_of_the_patient(tmp_path: Path, bundle: Bundle, archive: Archive) -> None:
    paths = save_pair(tmp_path, StudyInstanceUID=f"2.25.{uuid.uuid4().int}", PatientName="Onlyonecomponent")
    write(tmp_path / "model")
    words = ["--model", str(tmp_path / "model"), "--out", str(tmp_path / "out"), "--dicom", "--json"]
    command = [sys.executable, "-X", "dev", "-m", "radunion", "score", *map(str, paths), *words]
    found = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONWARNINGS": "always"}
    )
    archive.store([path.read_bytes() for path in (tmp_path / "out").glob("*.dcm")])
    film = opened(paths[0].read_bytes())
    values = [
        str(film[keyword].value) for keyword in ("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber")
    ]
    values += [str(film.StudyInstanceUID), str(film.SOPInstanceUID), "Simulated^Surgeon", "Simulated hospital"]
    for value in values:
        assert value not in found.stdout + found.stderr
        for path in (tmp_path / "out").iterdir():
            assert value not in path.name
            if path.suffix != ".dcm":
                assert value.encode() not in path.read_bytes()
