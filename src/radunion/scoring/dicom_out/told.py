"""Say a warning without its paths: films are named by their view, for a file's name may be a patient's."""

from radunion.radiograph import FILM_WARNINGS
from radunion.scoring.document import ScoreDocument
from radunion.scoring.warning import SCORE_WARNINGS, ScoreWarning

_SENTENCES = dict[str, str]((*SCORE_WARNINGS.items(), *FILM_WARNINGS.items()))


def told(warning: ScoreWarning, document: ScoreDocument) -> str:
    """Return a warning's code, the views of the films that it is about, and its sentence."""
    sentence = _SENTENCES[warning.code]
    named = warning.message.removesuffix(f": {sentence}").split(" and ")
    views = [f"{film.view} view" for film in document.inputs if film.path in named]
    return f"{warning.code} {' and '.join(views)}{': ' if views else ''}{sentence}"
