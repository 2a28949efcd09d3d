"""Score an archive and tell how long it took.

    python -m benchmarks.archive_run MODEL FOLDER OUT WORKERS

prints one JSON object: examinations, seconds of the whole, and seconds and examinations of the scoring alone, from the
first answer to the last.
"""

import json
import sys
import time
from pathlib import Path

from radunion.scoring import load_bundle
from radunion.scoring.archive import ArchiveSettings, score_archive


def main() -> None:
    """Score, and note when which examination was done."""
    model, folder, out, workers = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    stamps: list[tuple[int, float]] = []

    def tell(stage: str, done: int, total: int, note: str) -> None:
        if stage == "score" and done:
            stamps.append((done, time.perf_counter()))

    start = time.perf_counter()
    score_archive(folder, out, load_bundle(model), ArchiveSettings(workers=workers), tell=tell)
    told = {
        "seconds": time.perf_counter() - start,
        "examinations": stamps[-1][0],
        "scoring_seconds": stamps[-1][1] - stamps[0][1],
        "scored": stamps[-1][0] - stamps[0][0],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
