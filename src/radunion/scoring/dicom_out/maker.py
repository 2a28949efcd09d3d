"""Say on a new object who made it, with what, and that it is for research only."""

from pydicom import Dataset

from radunion import NOTICE, __version__
from radunion.scoring.document import ScoreDocument

MAKER = "radunion"


def sign(made: Dataset, document: ScoreDocument, *, description: str) -> None:
    """Name the program, its version and the model: the model's digest is what a serial number is to a device."""
    made.SeriesDescription = f"{description}, {NOTICE}"
    made.Manufacturer = made.ManufacturerModelName = MAKER
    made.SoftwareVersions = __version__
    made.DeviceSerialNumber = document.model.sha256


def plain(text: str) -> str:
    """Return a text of ours in ASCII: it must be writable in whatever character set the film has."""
    return text.encode("ascii", errors="replace").decode()
