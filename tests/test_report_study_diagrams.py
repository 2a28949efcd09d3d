"""The flow diagram: parts side by side, the others one below another."""

from dataclasses import replace

from matplotlib.patches import Rectangle
from tests.test_report_study_samples import a_material

from radunion.report.study.diagrams import FlowDiagram, studied


def test_flow_puts_parts_side_by_side_and_knows_what_the_folds_are_made_of() -> None:
    material = a_material()
    boxes = FlowDiagram("flow", "", material.flow).plot().axes[0].patches
    tops = [round(box.get_y(), 3) for box in boxes if isinstance(box, Rectangle)]
    assert tops == sorted(tops) and len(tops) == 5 and len(set(tops)) == 4
    assert studied(material) == material.flow[2]
    assert studied(replace(material, flow=())) is None
