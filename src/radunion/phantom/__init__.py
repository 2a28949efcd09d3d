"""Simulated fractures with exact truth: a 3-D bone, its healing, fixation, projection, whole cohorts.

Simulated films are for tests, demonstrations and training from scratch. They are never clinical evidence.
"""

from radunion.phantom.cohort import Simulation, simulate

__all__ = ["Simulation", "simulate"]
