"""Whether a film shows a leg at all, asked of every film before any model's own opinion of it.

The network is small, comes with the package and is the same for all models; `radunion.training.leg_gate` made it, from
made-up films only.
"""

from radunion.scoring.leg_gate.gate import GateCard, gate_card, leg_likeness, likeness_of

__all__ = ["GateCard", "gate_card", "leg_likeness", "likeness_of"]
