"""How the gate that tells a leg from what is none was made: from made-up films and simulated ones, no real one.

    python -m radunion.training.leg_gate OUT

Outlier exposure (Hendrycks et al. 2019): what is to be refused is made up as variously as can be, and learned from.
"""
