"""Make the gate's network anew: `python -m radunion.training.leg_gate OUT`, minutes on two cores."""

import sys
from argparse import ArgumentParser
from pathlib import Path

import torch

from radunion.scoring.leg_gate.gate import INPUT, NETWORK, OUTPUT
from radunion.scoring.leg_gate.thumbnail import SIDE
from radunion.training.graph_file import graph_of
from radunion.training.leg_gate.films import GateFilms, Thumbnails, made_thumbnails, simulated_thumbnails
from radunion.training.leg_gate.learn import GateTraining, learn_gate
from radunion.training.leg_gate.network import LegGate


def main() -> None:
    """Make films, learn, write the graph."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--steps", type=int, default=GateTraining().steps)
    args = parser.parse_args()
    films = GateFilms()
    legs = simulated_thumbnails(films, tell=_tell)
    known: dict[str, Thumbnails] = {"simulated": legs}
    known.update(made_thumbnails(films, tell=_tell).items())
    network = learn_gate(known, GateTraining(steps=args.steps), tell=_tell)
    args.out.mkdir(parents=True, exist_ok=True)
    write_gate(network, args.out / NETWORK)


def write_gate(network: LegGate, path: Path) -> None:
    """Write the graph, for any number of thumbnails with values 0 to 1."""
    path.write_bytes(graph_of(network, (torch.zeros(2, 1, SIDE, SIDE),), inputs=[INPUT], outputs=[OUTPUT]))


def _tell(stage: str, done: int, total: int) -> None:
    if done == total or done % 250 == 0:
        sys.stderr.write(f"{stage}: {done} of {total}\n")


if __name__ == "__main__":
    main()
