"""Where tuning is computed: processor or GPUs, how many, on how many machines, in which number format."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from radunion.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from lightning_fabric import Fabric

Accelerator = Literal["auto", "cpu", "cuda"]
TuningPrecision = Literal["32-true", "bf16-mixed", "16-mixed"]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`devices` on each of `nodes` machines; `at_once` is how many examinations fit on one device.

    A batch that does not fit is worked off in parts whose gradients are summed. `auto` is cuda where there is a GPU.
    """

    accelerator: Accelerator = "auto"
    devices: int = 1
    nodes: int = 1
    precision: TuningPrecision = "32-true"
    at_once: int | None = None

    def __post_init__(self) -> None:
        if self.devices < 1 or self.nodes < 1 or (self.at_once is not None and self.at_once < 1):
            raise UsageError(
                f"devices, nodes and at_once must be at least 1, found {self.devices}, {self.nodes} and {self.at_once}"
            )

    @property
    def processes(self) -> int:
        """How many processes learn together."""
        return self.devices * self.nodes

    def share(self, batch: int) -> int:
        """Return how many examinations of a batch a device takes; raises UsageError where it cannot be parted."""
        if batch % self.processes:
            raise UsageError(
                "a batch must part evenly among the devices, or some would wait for others in every step; found "
                f"{batch} examinations for {self.processes} devices; choose another number of devices, or of batch"
            )
        return batch // self.processes


def fabric_of(machine: Machine) -> "Fabric":
    """Return the Fabric of a machine, not launched.

    Processes are started by torchrun or SLURM where these are in charge, else here. Raises UsageError for devices that
    this machine does not have and for a format that they cannot compute in.
    """
    try:
        from lightning_fabric import Fabric

        from radunion.training.tuned.precision import FilmsAsTheyAre
    except ImportError as error:
        raise MissingExtraError("fine-tuning", "train") from error
    accelerator = found_accelerator(machine)
    strategy = "auto" if machine.processes == 1 else "ddp" if _launched_from_outside() else "ddp_spawn"
    precision = machine.precision
    return Fabric(
        accelerator=accelerator,
        devices=machine.devices,
        num_nodes=machine.nodes,
        strategy=strategy,
        plugins=None if precision == "32-true" else FilmsAsTheyAre(precision, accelerator),
    )


def found_accelerator(machine: Machine) -> Literal["cpu", "cuda"]:
    """Return what `auto` is here; raises UsageError for what is not here."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    accelerator = machine.accelerator
    if accelerator == "auto":
        accelerator = "cuda" if count else "cpu"
    if accelerator == "cuda" and machine.devices > count:
        raise UsageError(f"{machine.devices} GPUs were asked for, and this machine has {count}; ask for fewer, or cpu")
    if accelerator == "cpu" and machine.precision == "16-mixed":
        raise UsageError("a processor cannot learn in 16-mixed; choose bf16-mixed or 32-true")
    return accelerator


def starts_processes(machine: Machine) -> bool:
    """Whether the processes that learn are started from this one."""
    return machine.processes > 1 and not _launched_from_outside()


def leads(machine: Machine) -> bool:
    """Whether this process is the one whose results are kept: the first of the first machine."""
    return machine.processes == 1 or fabric_of(machine).global_rank == 0


def _launched_from_outside() -> bool:
    from lightning_fabric.plugins.environments.slurm import SLURMEnvironment
    from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment

    return TorchElasticEnvironment.detect() or SLURMEnvironment.detect()
