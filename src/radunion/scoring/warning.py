"""What must be known beside a score, as coded warnings; a film's own warnings (RF2xx) are passed on among them."""

from typing import Literal

from radunion.radiograph import WarningCode
from radunion.scoring.strict import Strict

ScoreCode = Literal[
    "RS301",
    "RS302",
    "RS303",
    "RS304",
    "RS305",
    "RS306",
    "RS307",
    "RS308",
    "RS309",
    "RS310",
    "RS311",
    "RS312",
    "RS313",
    "RS314",
]

SCORE_WARNINGS: dict[ScoreCode, str] = {
    "RS301": "the same film was given twice and is scored as one",
    "RS302": "the two views look swapped: the model takes the pair the other way round; what was said of it was kept",
    "RS303": "the films were put in another order than given: the model takes the first for the lateral view",
    "RS304": "both films say that they are the same view; the model chose which is which",
    "RS305": "neither the user nor a tag says which view it is; it was guessed",
    "RS306": "only one view was given: the two cortices of the other are not seen, so totals are bounds",
    "RS307": "the films are unlike those that the model was trained on; do not rely on this score",
    "RS308": "no long bone's shaft was found; the middle of the film was scored",
    "RS309": "the model was trained on simulated films only",
    "RS310": "its tags name a view that is neither AP nor lateral; they were not used",
    "RS311": "the model takes the film for the other view than it is scored as",
    "RS312": "this does not look like a film of a lower leg; do not rely on this score",
    "RS313": "no fracture was found on it; the whole film was scored",
    "RS314": "this looks like the negative of a film; dark and bright were exchanged before it was scored",
}
"""Code of each warning and its sentence; a sentence never holds a DICOM attribute value."""


class ScoreWarning(Strict):
    """Say what must be known beside a score."""

    code: ScoreCode | WarningCode
    message: str


def warning(code: ScoreCode, *paths: str) -> ScoreWarning:
    """Return the warning of a code, naming the films that it is about as the user named them."""
    sentence = SCORE_WARNINGS[code]
    return ScoreWarning(code=code, message=f"{' and '.join(paths)}: {sentence}" if paths else sentence)
