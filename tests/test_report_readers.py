"""Readers beside models in a report: the sentences, the tables and their places in metrics.json."""

import json
import re
from pathlib import Path

import numpy as np
from tests.test_evaluation_readers import panel, read
from tests.test_evaluation_samples import one_hot
from tests.test_report import NOTICE

from radunion.evaluation.compare import Comparison, Row, compare
from radunion.evaluation.readers import compare_readers
from radunion.report.readers import reader_sentences, readers_section
from radunion.report.study.blocks import Prose, grids_in
from radunion.report.write import write_report


def measured(readers: int = 3, exams: int = 60) -> tuple[tuple[Row, ...], Comparison]:
    truth, said = panel(readers, exams=exams)
    labels, predictions = read(said), {"blind-view": one_hot(np.full(truth.shape, 2)), "pair": one_hot(truth)}
    return (
        compare_readers(labels, predictions, seed=0, replicates=20),
        compare(labels, predictions, seed=0, replicates=20),
    )


def test_a_sentence_tells_the_readers_and_one_each_model_with_them() -> None:
    rows, comparison = measured()
    first, second = reader_sentences(rows, comparison)
    told = {row.protocol: row for row in rows if row.metric.endswith("icc-2-1")}
    assert f"readers agree with each other on the total at an ICC(2,1) of {told['readers'].estimate:.2f} (95 %" in first
    assert f"pair agrees with the readers at {told['pair | readers'].estimate:.2f} (95 %" in second
    assert f"paired difference +{told['pair | readers - readers'].estimate:.2f} (95 %" in second


def test_nothing_is_said_where_no_two_readers_gave_a_total() -> None:
    rows, comparison = measured(2)
    bare = [row for row in rows if row.scope != "total"]
    assert list(reader_sentences(bare, comparison)) == list(reader_sentences((), comparison)) == []
    section = readers_section(bare, comparison)
    assert not any(isinstance(block, Prose) for block in section.blocks)
    assert [grid.headings for grid in grids_in(section.blocks)] == [("Cortex kappa", "Cortex alpha")] * 2


def test_lines_are_readers_models_and_baselines_with_all_readers() -> None:
    agreed, apart = grids_in(readers_section(*measured()).blocks)
    assert [line.head for line in agreed.lines] == [
        "readers",
        *(f"reader {place} | readers" for place in (1, 2, 3)),
        "blind-view | readers",
        "pair | readers",
        *(f"pair | reader {place}" for place in (1, 2, 3)),
    ]
    assert [line.head for line in apart.lines] == ["blind-view | readers − readers", "pair | readers − readers"]
    assert apart.lines[1].cells[0].mark == "better"


def test_every_number_of_the_page_is_the_row_that_it_names(tmp_path: Path) -> None:
    rows, comparison = measured()
    plain = {"cohort_summary": {}, "history": (), "pictures": (), "provenance": {}, "notice": NOTICE}
    page = write_report(
        tmp_path, title="Readers", comparison=comparison, readers=rows, simulated=True, **plain  # type: ignore[arg-type]
    ).read_text()  # fmt: skip
    written = json.loads((tmp_path / "metrics.json").read_text())["rows"]
    told = re.findall(r'data-at="metrics\.json#/rows/(\d+)/estimate">([^<]+)<', page)
    assert len(told) > 40
    for place, text in told:
        row = written[int(place)]
        scale = 100 if "within" in row["metric"] else 1
        assert float(text.removesuffix(" %").replace("−", "-")) == round(
            row["estimate"] * scale, 2 if scale == 1 else 0
        )
