"""What lies on a film beside the leg: in the beam, and on the shown film."""

from radunion.phantom.scene.plan import USUAL, Scene, SceneRanges, finished, placed, sample_scene

__all__ = ["USUAL", "Scene", "SceneRanges", "finished", "placed", "sample_scene"]
