"""The columns of the result, their kinds, and a sentence for each; the file carries the sentences in its metadata."""

from dataclasses import dataclass
from typing import Literal

from radunion.scale import CORTICES, LEVELS, SCALES

Values = Literal["text", "number", "score", "flag", "codes"]


@dataclass(frozen=True, slots=True)
class Column:
    """What kind of values a column has, and what they are."""

    values: Values
    about: str


def _films() -> dict[str, Column]:
    return {
        name: column
        for view, called in (("ap", "AP"), ("lateral", "lateral"))
        for name, column in {
            f"{view}_film": Column("text", f"the {called} film, by its name below the source"),
            f"{view}_film_sha256": Column("text", "of its bytes"),
            f"{view}_film_view_source": Column(
                "text", "what said that it is this view: user, a tag, model, order, pair"
            ),
            f"{view}_film_distance": Column("number", "how far it is from the films that the model was trained on"),
        }.items()
    }


def _cortex(name: str) -> dict[str, Column]:
    return {
        f"{name}_level": Column("score", "median mRUST level; empty where the cortex is not seen or not scorable"),
        **{f"{name}_p{level}": Column("number", f"probability of level {level}") for level in LEVELS},
        f"{name}_low": Column("score", "lowest level of the set that holds the coverage"),
        f"{name}_high": Column("score", "highest level of that set"),
        f"{name}_scorable": Column("number", "probability that a reader could score it"),
        f"{name}_seen": Column("flag", "whether a film of the view that shows it is there"),
    }


def _total(scale: str) -> dict[str, Column]:
    return {
        f"{scale}_total": Column("score", "median total; empty where a cortex has no level"),
        f"{scale}_bound_low": Column("score", "median with every missing cortex at its lowest score"),
        f"{scale}_bound_high": Column("score", "median with every missing cortex at its highest score"),
        f"{scale}_expected": Column("number", "mean of the total; empty where a cortex has no level"),
        f"{scale}_low": Column("score", "lowest total of the interval that holds the coverage"),
        f"{scale}_high": Column("score", "highest total of that interval"),
    }


COLUMNS: dict[str, Column] = {
    "kind": Column("text", "score: one row an examination; error or unused: one row a file that is in no score"),
    "patient": Column("text", "pseudonym, equal within this file only; its key is not kept"),
    "examination": Column("text", "pseudonym of patient, day and side"),
    "side": Column("text", "left or right, where a tag or the user says it"),
    **_films(),
    **{name: column for cortex in CORTICES for name, column in _cortex(cortex).items()},
    **{name: column for scale in reversed(SCALES) for name, column in _total(scale).items()},
    "union_probability": Column("number", "P(union) by the rule; empty where a cortex has no level"),
    "union_bound_low": Column("number", "P(union) with every missing cortex at its lowest score"),
    "union_bound_high": Column("number", "P(union) with every missing cortex at its highest score"),
    "union_rule": Column("text", "when union is called"),
    "convention": Column("text", "how RUST maps to levels"),
    "coverage": Column("number", "probability that sets and intervals hold"),
    "calibrated": Column("flag", "whether they are conformal sets"),
    "familiar": Column("flag", "whether the films are like those of training; do not rely on a score where not"),
    "distance": Column("number", "the larger distance of the films"),
    "distance_threshold": Column("number", "distance above which a film is unfamiliar"),
    "warnings": Column("codes", "codes RF2xx, RS3xx and RA43x of what is odd"),
    "file": Column("text", "the file of an error or unused row, by its name below the source"),
    "code": Column("text", "why that file is in no score: RA40x and RA41x"),
    "message": Column("text", "the same in words"),
    "model_name": Column("text", "which model scored"),
    "model_version": Column("text", "its version"),
    "model_sha256": Column("text", "of its bundle"),
}
