"""Score an archive on a local Ray cluster of three nodes with a core each, one of which is killed on the way.

    python -m benchmarks.archive_cluster FOLDER OUT MODEL PARTS

kills a node once so many parts are written.
"""

import sys
import threading
import time
from pathlib import Path
from typing import Any

from radunion.cli import main as radunion

NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 150_000_000}


def main() -> int:
    """Begin the cluster, run the command, end the cluster."""
    from ray.cluster_utils import Cluster

    folder, out, model, parts = sys.argv[1:]
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    node, _ = (cluster.add_node(**NODE) for _ in range(2))
    written = Path(out).parent / f".{Path(out).name}.parts" / "parts"
    threading.Thread(target=_lose, args=(cluster, node, written, int(parts)), daemon=True).start()
    command = ["archive", folder, "--out", out, "--model", model, "--engine", "ray", "--address", cluster.address]
    code = radunion(command)
    cluster.shutdown()  # type: ignore[no-untyped-call]
    return code


def _lose(cluster: Any, node: Any, written: Path, parts: int) -> None:
    while len(list(written.glob("scores-*"))) < parts:
        time.sleep(0.1)
    cluster.remove_node(node, allow_graceful=False)
    print(f"a node was killed after {len(list(written.glob('scores-*')))} parts", flush=True)


if __name__ == "__main__":
    sys.exit(main())
