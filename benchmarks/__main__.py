"""Run all benchmarks and print one table: `make bench`. Nothing here is a test; figures are of this machine."""

import json
import os
import platform
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import archive, commands, extraction, growth, heads, search, sharing, simulator

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    """Measure, print, and write results.json beside this file."""
    modules = (extraction, commands, simulator, archive, heads, growth, sharing, search)
    rows = [row for module in modules for row in module.run()]
    machine = {"cores": len(os.sched_getaffinity(0)), "processor": _processor(), "python": platform.python_version()}
    Console().print(_table(rows))
    RESULTS.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("benchmark", "measured", "rounds", "aim", "beside", title="radunion benchmarks")
    for row in rows:
        rounds = f"{row['low']} to {row['high']}" if "low" in row else ""
        beside = row.get("beside") or f"{row['films_per_s']} films/s, plain {row['plain_films_per_s']}"
        table.add_row(row["benchmark"], f"{row['value']} {row['unit']}", rounds, row["aim"], beside)
    return table


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
