"""The engine of many machines: the same processes under the actors of Ray Data; their rows come back to the driver.

Ray does again what a lost machine had in work, for ever if need be. A film that ends the process that reads it must
not end the actor then: so each actor has a pool of one process, as the engine of one machine has.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from radunion.errors import MissingExtraError, RadunionError
from radunion.scoring.archive.listing import pack_listed, unpack_listed
from radunion.scoring.archive.local import Answer, Answers, score_in, scoring_pool
from radunion.scoring.archive.seen import Listed
from radunion.scoring.archive.work import Scoring
from radunion.scoring.bundle import CARD, load_bundle, write_files
from radunion.scoring.member import read_member

_AT_ONCE = 20_000
"""Examinations in one data set of Ray's, which holds all of them."""
_BLOCK = 8
"""Examinations that an actor is given together, and does again when its machine is lost."""
_STORE_BYTES = 200_000_000
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}

Batch = Mapping[str, np.ndarray]


class Scorer:
    """What an actor does: unpack the model where it is, and score batches of examinations in a process of its own."""

    def __init__(self, scoring: Scoring, files: Mapping[str, bytes], seconds: float) -> None:
        self.folder = TemporaryDirectory()
        model = Path(self.folder.name) / "model"
        write_files(model, files)
        self.pool = scoring_pool(replace(scoring, model=model), workers=1, seconds=seconds)

    def __call__(self, batch: Batch) -> Batch:
        """Return number and rows of the examinations that are packed in a batch."""
        answers = dict(score_in(self.pool, map(unpack_listed, batch["packed"])))
        packed = [json.dumps(rows) for rows in answers.values()]
        return {"number": np.array(list(answers)), "rows": np.array(packed, dtype=object)}


def score_on_ray(
    examinations: Iterable[Listed], scoring: Scoring, *, address: str | None, workers: int | None, seconds: float
) -> Answers:
    """Yield the rows of examinations as they come, scored by actors of Ray.

    Every machine must see the films under the same paths. Raises MissingExtraError without Ray, RadunionError where it
    gives up.
    """
    bundle = load_bundle(scoring.model)
    files = {**bundle.files, CARD: read_member(scoring.model, CARD)}
    waiting = iter(examinations)
    with _connected(address, workers) as ray:
        try:
            constructor = {"scoring": scoring, "files": files, "seconds": seconds}
            while some := list(islice(waiting, _AT_ONCE)):
                yield from _score(ray, some, constructor, workers or int(ray.cluster_resources().get("CPU", 1)))
        except ray.exceptions.RayError as error:
            raise RadunionError(
                f"Ray gave up ({type(error).__name__}); its logs tell why. What was scored is kept: run it again"
            ) from None


def _score(ray: Any, examinations: list[Listed], constructor: dict[str, Any], actors: int) -> Iterator[Answer]:
    packed = [{"packed": pack_listed(one)} for one in examinations]
    blocks = -(-len(packed) // _BLOCK)
    scored = ray.data.from_items(packed, override_num_blocks=blocks).map_batches(
        Scorer,
        fn_constructor_kwargs=constructor,
        batch_format="numpy",
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors),
        num_cpus=1,
    )
    for row in scored.iter_rows():
        yield int(row["number"]), json.loads(row["rows"])


@contextmanager
def _connected(address: str | None, workers: int | None) -> Iterator[Any]:
    """Connect to a cluster, or begin one on this machine; nothing is reported to anybody, and nothing printed."""
    os.environ.update({name: os.environ.get(name, value) for name, value in _QUIET.items()})
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError("an archive scored on Ray", "ray") from None
    was_there = ray.is_initialized()
    if not was_there:
        own: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": _STORE_BYTES}
        ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **({} if address else own))
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    try:
        yield ray
    finally:
        if not was_there:
            ray.shutdown()
