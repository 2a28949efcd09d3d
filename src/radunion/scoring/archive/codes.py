"""Why a file has no score, or what is odd about one that has, as codes."""

from typing import Literal, get_args

ErrorCode = Literal["RA401", "RA402", "RA403", "RA404", "RA405", "RA406", "RA407", "RA408"]
UnusedCode = Literal[
    "RA411", "RA412", "RA413", "RA414", "RA415", "RA416", "RA417", "RA418", "RA419", "RA420", "RA421", "RA422", "RA423"
]
NoteCode = Literal["RA431", "RA432", "RA433"]
FileCode = ErrorCode | UnusedCode
Kind = Literal["score", "error", "unused"]

ARCHIVE_CODES: dict[FileCode | NoteCode, str] = {
    "RA401": "the file cannot be read as a film",
    "RA402": "the model cannot score the film",
    "RA403": "the process that scored it was ended twice; a decoder broke down, or the memory was full",
    "RA404": "it took longer than the time limit, twice",
    "RA405": "an unexpected fault",
    "RA406": "the file or folder cannot be opened",
    "RA407": "the file is empty",
    "RA408": "the name is that of a film and the content is not",
    "RA411": "neither DICOM nor a picture",
    "RA412": "a DICOM directory",
    "RA413": "DICOM, but no projection radiograph: a report, a slice or another kind of object",
    "RA414": "a series of frames; a film is one",
    "RA415": "the view is neither AP nor lateral",
    "RA416": "another film of the same view stands for its examination",
    "RA417": "no tag names the view, and the examination has more than two films",
    "RA418": "the same film as another of its examination",
    "RA419": "the name does not fit the pattern, or names no known view",
    "RA420": "a link that leads nowhere",
    "RA421": "a link to a folder that is looked at under another name",
    "RA422": "a device or a pipe, not a file",
    "RA423": "the table names this file more than once; the first was taken",
    "RA431": "another film of the examination cannot be used; a row of its own says why",
    "RA432": "no tag names both the patient and the day; films of one study were taken together, others alone",
    "RA433": "a film without a side was taken for the only side of that day",
}
"""Code of each case and its sentence: errors (RA40x), unused files (RA41x, RA42x), notes on a score (RA43x)."""


def kind_of(code: FileCode) -> Kind:
    """Return the kind of the row that a file with this code has."""
    return "error" if code in get_args(ErrorCode) else "unused"
