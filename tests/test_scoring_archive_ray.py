"""On Ray an archive has the rows that it has on one machine, also when a node of the cluster is lost."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.test_scoring_archive_killed import EXAMINATIONS, made
from tests.test_scoring_samples import write

from radunion.cli import main

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
CLUSTER = """
import sys, threading, time
from pathlib import Path
from ray.cluster_utils import Cluster

from radunion.cli import main

node = {"num_cpus": 1, "object_store_memory": 100_000_000}
cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
nodes = [cluster.add_node(**node) for _ in range(2)]
parts = Path(sys.argv[2]).parent / f".{Path(sys.argv[2]).name}.parts" / "parts"


def lose_a_node():
    while len(list(parts.glob("scores-*"))) < 3:
        time.sleep(0.01)
    print("lost after", len(list(parts.glob("scores-*"))), flush=True)
    cluster.remove_node(nodes[0], allow_graceful=False)


threading.Thread(target=lose_a_node, daemon=True).start()
code = main(["archive", sys.argv[1], "--out", sys.argv[2], "--model", sys.argv[3], "--engine", "ray",
             "--address", cluster.address])
cluster.shutdown()
sys.exit(code)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clustered")
    write(folder / "model", simulated=False, threshold=20.0)
    made(folder / "films")
    local = ["archive", str(folder / "films"), "--model", str(folder / "model"), "--out", str(folder / "local.parquet")]
    assert main([*local, "--workers", "1"]) == 0
    return folder


def test_rows_are_those_of_one_machine_also_when_a_node_is_lost(folder: Path) -> None:
    words = [str(folder / "films"), str(folder / "ray.parquet"), str(folder / "model")]
    ran = subprocess.run(
        [sys.executable, "-c", CLUSTER, *words],
        env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    lost = next(int(line.split()[-1]) for line in ran.stdout.splitlines() if line.startswith("lost after"))
    assert lost < EXAMINATIONS // 8  # in the middle of the work
    rest = pl.exclude("patient", "examination")
    local, ray = (pl.read_parquet(folder / f"{name}.parquet").select(rest) for name in ("local", "ray"))
    assert ray.equals(local)
    assert not list(folder.glob(".ray*"))
