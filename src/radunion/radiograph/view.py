"""Which view a film is and which side of the body, with the tag that said so. PA counts as AP: same two cortices."""

import re
from collections.abc import Callable, Iterator

from pydicom import Dataset

from radunion.radiograph.picture import Side, SideSource, ViewSource
from radunion.radiograph.warning import WarningCode
from radunion.scale import View

_AP_CODES = {
    *("399348003", "272479007", "399033003"),  # SCT antero-posterior, postero-anterior, frontal
    *("R-10206", "R-10214", "R-10202"),  # the same in SRT, which older films use
}
_LATERAL_CODES = {
    # SCT lateral, mediolateral, lateromedial, left lateral, right lateral
    *("399067008", "399260004", "399352003", "399173006", "399198007"),
    *("R-102CD", "R-10224", "R-10228", "R-10236", "R-10232"),
}
_KNOWN_SCHEMES = ("SCT", "SRT", "SNM3", "99SDM")

_POSITIONS: dict[str, View] = {
    **dict.fromkeys(("AP", "PA"), "ap"),
    **dict.fromkeys(("LL", "RL", "LAT", "LATERAL", "ML", "LM", "LLAT", "RLAT"), "lateral"),
    **dict.fromkeys(("RLD", "LLD", "RLO", "LLO", "LAO", "RAO", "LPO", "RPO", "OBL", "OBLIQUE", "MLO", "CC"), "other"),
}

_AP_WORDS = re.compile(r"\b(ap|pa|a\.p\.?|p\.a\.?|frontal|antero-?posterior|postero-?anterior|face)\b", re.IGNORECASE)
_LATERAL_WORDS = re.compile(
    r"\b(lat|lateral|latl|medio-?lateral|latero-?medial|seitlich|profil)\b(?!\s+(malleol|condyl|plateau|epicondyl))",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(r"\b(obl|oblique|mortise|axial|skyline|sunrise|tunnel|stress)\b", re.IGNORECASE)
_LEFT_WORDS = re.compile(r"\b(left|lt|links|gauche)\b", re.IGNORECASE)
_RIGHT_WORDS = re.compile(r"\b(right|rt|rechts|droite)\b", re.IGNORECASE)
_TEXT_TAGS = ("SeriesDescription", "ProtocolName", "AcquisitionDeviceProcessingDescription")


def find_view(film: Dataset) -> tuple[View | None, ViewSource | None, tuple[WarningCode, ...]]:
    """Return the view by the first tag that names one, that tag, and RF208 or RF209 when tags are odd."""
    finders: tuple[tuple[ViewSource, Callable[[Dataset], View | None]], ...] = (
        ("ViewCodeSequence", _view_by_code),
        ("ViewPosition", _view_by_position),
        ("PatientOrientation", _view_by_orientation),
        ("text", _view_by_text),
    )
    found = [(view, source) for source, finder in finders if (view := finder(film)) is not None]
    codes: tuple[WarningCode, ...] = ("RF209",) if _turned(film) else ()
    if not found:
        return None, None, codes
    view, source = found[0]
    disagree = any(other != view for other, _ in found)
    return view, source, ("RF208", *codes) if disagree else codes


def find_side(film: Dataset) -> tuple[Side | None, SideSource | None]:
    """Return the side of the body and the tag that said so; `both` and `unpaired` are no side."""
    sources: tuple[SideSource, ...] = ("ImageLaterality", "Laterality")
    for source in sources:
        letter = _text(film, source).upper()
        if letter in ("L", "R"):
            return ("left" if letter == "L" else "right"), source
    for text in _texts(film):
        left, right = bool(_LEFT_WORDS.search(text)), bool(_RIGHT_WORDS.search(text))
        if left != right:
            return ("left" if left else "right"), "text"
    return None, None


def _view_by_code(film: Dataset) -> View | None:
    items = film.get("ViewCodeSequence")
    if not items or not hasattr(items[0], "get"):
        return None
    value, scheme = _text(items[0], "CodeValue"), _text(items[0], "CodingSchemeDesignator").upper()
    if scheme not in _KNOWN_SCHEMES:
        return _named_view(_text(items[0], "CodeMeaning"))
    if value in _AP_CODES:
        return "ap"
    return "lateral" if value in _LATERAL_CODES else "other"


def _view_by_position(film: Dataset) -> View | None:
    text = _text(film, "ViewPosition").upper()
    return _POSITIONS.get(text) or _named_view(text)


def _view_by_orientation(film: Dataset) -> View | None:
    """Read both directions, since films are stored turned: beside head–foot stands left–right or front–back."""
    directions = _directions(film)
    across = [direction for direction in directions if direction not in "HF"]
    if len(directions) != 2 or not across:
        return None
    if len(across) == 2:
        return "other"
    return "ap" if across[0] in "LR" else "lateral"


def _view_by_text(film: Dataset) -> View | None:
    return next((view for text in _texts(film) if (view := _named_view(text)) is not None), None)


def _named_view(text: str) -> View | None:
    """Return the one view that a text names, None when it names none or several."""
    text = text.replace("_", " ")
    named: list[View] = []
    words: tuple[tuple[View, re.Pattern[str]], ...] = (
        ("ap", _AP_WORDS),
        ("lateral", _LATERAL_WORDS),
        ("other", _OTHER_WORDS),
    )
    for view, pattern in words:
        if pattern.search(text):
            named.append(view)
    return named[0] if len(named) == 1 else None


def _turned(film: Dataset) -> bool:
    """Tell whether the rows run head–foot, or the columns run foot to head."""
    directions = _directions(film)
    return len(directions) == 2 and (directions[0] in "HF" or directions[1] == "H")


def _directions(film: Dataset) -> str:
    """Return the main direction of the rows and of the columns, one letter each, or nothing (PS3.3 C.7.6.1.1.1)."""
    values = film.get("PatientOrientation")
    if values is None or isinstance(values, str) or not hasattr(values, "__len__") or len(values) != 2:
        return ""
    letters = "".join(str(value).strip().upper()[:1] for value in values)
    return letters if len(letters) == 2 and set(letters) <= set("LRAPHF") else ""


def _texts(film: Dataset) -> Iterator[str]:
    return (text for keyword in _TEXT_TAGS if (text := _text(film, keyword)))


def _text(film: Dataset, keyword: str) -> str:
    value = film.get(keyword)
    return value.strip() if isinstance(value, str) else ""
