"""What is proved where no score changed, and the rows that say it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.evaluation.precision import PARTS, FewerBits, Share, upper_bound


def fewer_bits(*, changed: int = 0, of: int = 40) -> FewerBits:
    parts = {part: Share(changed, 4 * of) for part in PARTS}
    return FewerBits(
        "pair", "int8", "ONNX Runtime", 0.003, parts, Share(changed, of), Share(changed, of), (900.0, 600.0), 2
    )


@settings(deadline=None)  # scipy is imported by the first
@given(st.integers(1, 5000))
def test_without_a_change_the_bound_is_the_known_root(of: int) -> None:
    assert upper_bound(0, of) == pytest.approx(1 - 0.05 ** (1 / of), rel=1e-6)


@settings(deadline=None)
@given(st.integers(1, 300), st.data())
def test_the_bound_lies_above_the_share_and_grows_with_it(of: int, data: st.DataObject) -> None:
    changed = data.draw(st.integers(0, of - 1))
    assert changed / of < upper_bound(changed, of) < upper_bound(changed + 1, of) + 1e-12 <= 1 + 1e-12


def test_a_bound_needs_a_trial() -> None:
    with pytest.raises(ValueError, match="n"):
        upper_bound(0, 0)


def test_rows_bear_the_bound_by_patient_and_say_why_others_have_none() -> None:
    rows = {row.metric: row for row in fewer_bits(changed=2).rows()}
    assert set(rows) == {*(f"changed:{part}" for part in PARTS), "changed:any", "largest-change", "films-per-second"}
    assert {row.protocol for row in rows.values()} == {"pair in int8"}
    assert (rows["changed:any"].estimate, rows["changed:any"].high) == (2 / 40, upper_bound(2, 40))
    assert rows["changed:level"].estimate == 2 / 160
    assert all(row.reason for name, row in rows.items() if name != "changed:any")
