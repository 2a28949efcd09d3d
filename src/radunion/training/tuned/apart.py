"""Tuning in processes that are started for it: what they end with, and what stops them, comes back to this one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from torch.multiprocessing.spawn import ProcessExitedException, ProcessRaisedException

from radunion.errors import TrainingError
from radunion.training.checkpoint import load_checkpoint
from radunion.training.loop import Progress
from radunion.training.tuned.job import Job
from radunion.training.tuned.machine import Machine
from radunion.training.tuned.relay import Relay

if TYPE_CHECKING:
    from lightning_fabric import Fabric

Work = Callable[..., dict[str, Any]]


def tuned_apart(work: Work, fabric: "Fabric", job: Job, machine: Machine, progress: Progress) -> dict[str, Any]:
    """Start processes that do `work` together; return what they end with, read from the checkpoint.

    Raises TrainingError where one of them does, or where one is ended from outside.
    """
    with TemporaryDirectory() as folder:
        kept = job if job.checkpoint else replace(job, checkpoint=Path(folder) / "tuning.pt")
        with Relay(progress) as relay:
            part = partial(_work_apart, work=work, job=kept, machine=machine, progress=relay.sender, said=Path(folder))
            _launch(fabric, part, Path(folder))
        content = load_checkpoint(kept.checkpoint, kept.name)
    if content is None:
        raise TrainingError(f"{kept.checkpoint}: the processes that learned left no state of this run; run again")
    return content


def _launch(fabric: "Fabric", part: Callable[["Fabric"], None], said: Path) -> None:
    """Run a part in each process; an error of ours comes back as itself, another keeps its traceback as text."""
    try:
        fabric.launch(part)
    except ProcessRaisedException:
        told = sorted(said.glob("*.error"))
        if not told:
            raise
        raise TrainingError(told[0].read_text(encoding="utf-8")) from None
    except ProcessExitedException as error:
        raise TrainingError(
            f"a process that learned was ended from outside ({error.msg}), most often because memory ran out; give "
            "it less at once or use fewer devices, and run again"
        ) from None


def _work_apart(fabric: "Fabric", *, work: Work, job: Job, machine: Machine, progress: Progress, said: Path) -> None:
    """Do one process's part and return nothing: what a process sends back when it ends may not pass.

    Only the traceback of an exception passes to the process that started this one, so a TrainingError's words are left
    on disk.
    """
    try:
        work(fabric, job=job, machine=machine, module=None, progress=progress)
    except TrainingError as error:
        fresh = said / f"{fabric.global_rank}.fresh"
        fresh.write_text(str(error), encoding="utf-8")
        fresh.replace(fresh.with_suffix(".error"))  # whole or not at all: this process may be ended at any moment
        raise
