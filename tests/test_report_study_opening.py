"""The summary in words says what was shown, and no more."""

import re
from dataclasses import replace

from tests.test_report_study_samples import NOISE, a_comparison, a_ledger, a_light_material, a_material

from radunion.report.study.blocks import Heading
from radunion.report.study.material import StudyMaterial
from radunion.report.study.opening import opening
from radunion.report.study.ways import three_ways
from radunion.report.study.write import study_sections


def test_the_summary_names_numbers_only_with_their_place() -> None:
    material = a_material()
    text = "".join(str(block.text) for block in opening(material, a_ledger(material)).blocks if hasattr(block, "text"))
    loose = re.sub(r"<[^>]+>", "", re.sub(r"<span data-at=[^>]+>.*?</span>", "", text))
    names = "|".join(map(re.escape, (*NOISE, "thesis-1", "thesis-2", "thesis-3")))
    assert re.findall(r"\d+", re.sub(rf"{names}|95 %|18-output|±1", "", loose)) == []


def test_summary_says_what_the_best_beats_and_what_did_not_run() -> None:
    material = a_material()
    text = _words(material)
    assert "the best protocol in mean cortex kappa is pair: " in text
    assert "It beats every no-image baseline" in text
    assert "Not shown to beat every baseline in mean cortex kappa: lenet (5 epochs, not converged)" in text
    assert "thesis-3 did not run: needs RadImageNet" in text
    assert "thesis-2@Mixed_7a (a form of thesis-2)" in text
    assert "blind-view, which looks at no film, has 0." in text
    assert "simulated examinations" in text
    assert "simulated" not in _words(replace(material, simulated=False))


def test_summary_of_a_poor_protocol_says_that_it_is_not_shown_to_beat_the_blinds() -> None:
    text = _words(a_material(a_comparison({"noise": 9.0})))
    assert "It is not shown to beat every no-image baseline" in text
    assert "It beats every no-image baseline" not in text


def test_a_study_of_blinds_alone_says_so() -> None:
    material = a_light_material(a_comparison({}, n=60), coverage=(), worst=(), readers=())
    assert "Only no-image baselines ran" in _words(material)
    sections = study_sections(material, a_ledger(material))
    headings = {block.text for section in sections for block in section.blocks if isinstance(block, Heading)}
    assert "Worst cases" not in {section.title for section in sections}
    assert "Its endpoints" in headings
    assert headings.isdisjoint({"Readers beside the model", "Receiver operating curves", "Sets and intervals"})


def test_a_study_split_by_film_is_never_called_honest() -> None:
    material = a_material(unit="image")
    ledger = a_ledger(material)
    assert "split by film, on purpose" in _words(material)
    assert "split by film, on purpose" not in _words(a_material())
    headings = three_ways(material, ledger, None).headings
    assert not any(one.startswith("Honest:") for one in headings)
    assert sum(one.startswith("Honest:") for one in three_ways(a_material(), ledger, None).headings) == 2


def _words(material: StudyMaterial) -> str:
    blocks = opening(material, a_ledger(material)).blocks
    return re.sub(r"<[^>]+>", "", " ".join(str(getattr(block, "text", "")) for block in blocks))
