"""What holds a broken leg: nails, plates, external fixators, plasters; what they add to a film and what they hide."""

from radunion.phantom.fixation.held import held_by
from radunion.phantom.fixation.hidden import covered_shares, hidden_cortices
from radunion.phantom.fixation.kinds import Fixation, FixationKind, Plaster
from radunion.phantom.fixation.sampling import sample_fixation

__all__ = ["Fixation", "FixationKind", "Plaster", "covered_shares", "held_by", "hidden_cortices", "sample_fixation"]
