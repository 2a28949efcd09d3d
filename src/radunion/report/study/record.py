"""study.json: the study's own tables, without any picture, beside metrics.json."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from radunion.report.study.differences import differences
from radunion.report.study.material import StudyMaterial
from radunion.report.study.seed import HOLD_OUT, MEASURED, PUBLISHED

_TABLES = ("flow", "findings", "folds", "runs", "skipped", "history", "reliability", "coverage", "roc", "readers")


def study_record(material: StudyMaterial) -> dict[str, Any]:
    """Return JSON-able data of everything that the page shows and that is no row of a comparison."""
    single = ("title", "notice", "simulated", "unit", "k", "seed", "preset", "sealed", "cohort", "about", "provenance")
    record: dict[str, Any] = {"schema": 1} | {name: getattr(material, name) for name in single}
    record |= {name: [asdict(one) for one in getattr(material, name)] for name in _TABLES}
    record["gaps"] = [asdict(one) | {"gap": one.better_on_train} for one in material.gaps]
    record["worst"] = [_without_pictures(asdict(one)) for one in material.worst]
    record["seed_study"] = {
        "published": {"table": [asdict(one) for one in PUBLISHED], "hold_out": HOLD_OUT},
        "measured": MEASURED,
        "differences": [asdict(one) for one in differences(material)],
    }
    plain: dict[str, Any] = _plain(record)
    return plain


def record_text(record: Mapping[str, Any]) -> str:
    """Return the text of study.json."""
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _without_pictures(case: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in case.items() if key not in ("ap", "lateral")}


def _plain(value: Any) -> Any:
    """Turn a value into JSON's own kinds; what is not finite becomes null, what JSON does not know becomes text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | bool | int) else str(value)
