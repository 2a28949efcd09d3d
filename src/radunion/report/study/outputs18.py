"""Which protocols give the seed study's 18 outputs themselves, and what the others are given instead."""

from radunion.report.study.ledger import Ledger
from radunion.report.study.material import StudyMaterial

VIEW_ONLY = "blind-view"
"""The baseline that is measured as the seed study's own blind: how often films of a view have each output set."""
FOOT = (
    "† Without 18 outputs of its own: it is given the true view, zeros for the cortices that a film does not show, and "
    "the scale of the label. Its 18-output figure can be read beside other lines with a dagger only."
)


def gives_18_outputs(material: StudyMaterial, name: str) -> bool:
    """Say whether a protocol's 18-output figure is taken of what it gives itself."""
    place = material.place_of(name)
    return name == VIEW_ONLY or (place is not None and material.runs[place].has_18_outputs)


def foot_of(material: StudyMaterial, ledger: Ledger) -> str:
    """Return what a dagger means, empty where no protocol of a comparison needs one."""
    return FOOT if any(not gives_18_outputs(material, name) for name in ledger.protocols) else ""
