"""What became of the files of an archive, counted in its result."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from radunion.scoring.archive.codes import FileCode


@dataclass(frozen=True)
class Summary:
    """Examinations that were scored and their films, files with an error and unused ones, and how many of each code.

    `unfamiliar` are examinations whose films are unlike those of training.
    """

    examinations: int
    unfamiliar: int
    films: int
    errors: int
    unused: int
    reasons: Mapping[FileCode, int]


def summarise(result: Path) -> Summary:
    """Count the rows of a result in bounded memory."""
    kind = pl.col("kind")
    films = pl.col("ap_film").is_not_null().cast(pl.Int64) + pl.col("lateral_film").is_not_null().cast(pl.Int64)
    counts = pl.scan_parquet(result).select(
        examinations=(kind == "score").sum(),
        unfamiliar=(~pl.col("familiar")).sum(),
        films=films.sum(),
        errors=(kind == "error").sum(),
        unused=(kind == "unused").sum(),
    )
    codes = pl.scan_parquet(result).filter(kind != "score").group_by("code").len().sort("code")
    whole, by_code = pl.collect_all([counts, codes], engine="streaming")
    return Summary(
        **{name: int(value) for name, value in whole.row(0, named=True).items()}, reasons=dict(by_code.rows())
    )
