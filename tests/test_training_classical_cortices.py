"""The cortices of a strip are traced past what is not bone."""

import numpy as np

from radunion.training.classical.cortices import trace_cortices


def test_edges_are_found_on_a_drawn_bone_past_its_nail() -> None:
    strip = np.full((640, 128), 0.2, dtype=np.float32)
    strip[:, 40:86] = 0.6
    strip[:, 56:70] = 1.0
    strip[:, 95:103] = 0.4  # a fibula to the right
    cortices = trace_cortices(strip)
    np.testing.assert_allclose(cortices.width[cortices.shaft], 46, atol=1.5)
    assert not cortices.mirrored
    assert trace_cortices(np.ascontiguousarray(strip[:, ::-1])).mirrored
