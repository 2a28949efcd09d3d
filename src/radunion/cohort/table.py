"""The file of a label table: CSV or Parquet in, text columns out, every row with its line."""

import csv
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from radunion.cohort.faults import Fault, quoted
from radunion.errors import CohortError, UsageError
from radunion.scale import CORTICES

REQUIRED_COLUMNS: tuple[str, ...] = ("patient", "visit", "view", "image", *CORTICES, "scale")
OPTIONAL_COLUMNS: tuple[str, ...] = (
    "site", "side", "days_since_injury", "fixation", "reader", "reading",
    "fracture_box", *(f"{cortex}_box" for cortex in CORTICES),
)  # fmt: skip

Suffix = Literal[".csv", ".parquet"]


@dataclass(frozen=True)
class Table:
    """The cells of a file as text ("" where empty), the line of each row, and what could not be read."""

    frame: pl.DataFrame
    lines: tuple[int, ...]
    faults: list[Fault] = field(default_factory=list)

    def missing(self, columns: Sequence[str]) -> list[Fault]:
        """Return one fault for each column that the table lacks; none where the header itself could not be read."""
        if any(fault.code == "RU001" and fault.line == 1 for fault in self.faults):
            return []
        found = ", ".join(self.frame.columns) or "no columns"
        return [
            Fault("RU002", 1, column, f"the columns {found}", f"the table must have a column {column}, spelled so")
            for column in columns
            if column not in self.frame.columns
        ]


def read_table(path: Path) -> Table:
    """Read a CSV (UTF-8, comma) or Parquet file as text.

    Raises CohortError when there is no such file, UsageError when its suffix is neither.
    """
    suffix = _suffix(path)
    if not path.is_file():
        raise CohortError(f"{path}: a label table must be a file that exists; found none, check the path")
    return _read_csv(path) if suffix == ".csv" else _read_parquet(path)


def write_cohort(frame: pl.DataFrame, path: Path) -> None:
    """Write a label table as CSV or Parquet, by suffix; a reader sees the old file or the whole new one.

    Raises CohortError when a required column is missing.
    """
    suffix = _suffix(path)
    absent = [column for column in REQUIRED_COLUMNS if column not in frame.columns]
    if absent:
        raise CohortError(
            f"{path}: a cohort table must have the columns {', '.join(absent)}; add them, empty if need be"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        _write(frame, temporary, suffix)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return every column as stripped text, "" where a value is null or not a number."""
    kinds = frame.schema.items()
    values = [pl.col(name).fill_nan(None) if kind.is_float() else pl.col(name) for name, kind in kinds]
    return frame.select(value.cast(pl.String).str.strip_chars().fill_null("") for value in values)


def _write(frame: pl.DataFrame, path: Path, suffix: Suffix) -> None:
    if suffix == ".parquet":
        frame.write_parquet(path)
        return
    text = pl.col(pl.String)
    frame.with_columns(pl.when(text != "").then(text).otherwise(None).name.keep()).write_csv(path)


def _suffix(path: Path) -> Suffix:
    suffix = path.suffix.lower()
    for known in get_args(Suffix):
        if suffix == known:
            return known
    raise UsageError(f"{path}: a label table ends in .csv or .parquet; found {suffix or 'no suffix'!r}")


def _read_csv(path: Path) -> Table:
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    faults: list[Fault] = []
    start = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            faults += _header_faults(header)
            start = reader.line_num + 1
            for record in reader:
                cells = [cell.strip() for cell in record]
                if any(cells):
                    if len(cells) != len(header):
                        faults.append(_ragged(start, cells, header))
                    rows.append((cells + [""] * len(header))[: len(header)])
                    lines.append(start)
                start = reader.line_num + 1
    except UnicodeDecodeError as error:
        faults.append(
            Fault("RU001", start, "", f"bytes that are not UTF-8 ({error.reason})", "save the table as UTF-8")
        )
    except OSError as error:
        faults.append(
            Fault("RU001", start, "", f"a file that cannot be read ({error.strerror})", "check its permissions")
        )
    except csv.Error as error:
        faults.append(Fault("RU001", start, "", f"a row that is not CSV ({error})", "close its quotes"))
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header) if name}
    return Table(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), tuple(lines), faults)


def _header_faults(header: list[str]) -> list[Fault]:
    if len(header) == 1 and re.search("[;\t]", header[0]):
        return [Fault("RU001", 1, "", "a header parted by semicolons or tabs", "part the columns by commas")]
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    return [Fault("RU002", 1, name, "the column more than once", "name each column once") for name in repeated]


def _ragged(line: int, cells: list[str], header: list[str]) -> Fault:
    return Fault("RU001", line, "", f"{len(cells)} cells", f"a row must have {len(header)} cells, as the header has")


def _read_parquet(path: Path) -> Table:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        faults = [Fault("RU001", 1, "", f"no Parquet table ({quoted(reason)})", "write the file again")]
        return Table(pl.DataFrame(), (), faults)
    nested = [name for name, kind in frame.schema.items() if kind.is_nested() or kind == pl.Binary]
    faults = [Fault("RU001", 1, name, "a nested or binary column", "keep text and numbers only") for name in nested]
    frame = frame.drop(nested)
    return Table(as_text(frame), tuple(range(2, frame.height + 2)), faults)
