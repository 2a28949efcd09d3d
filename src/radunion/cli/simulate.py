"""`radunion simulate`: films of simulated fractures with exact truth."""

from argparse import Namespace
from pathlib import Path

from radunion.cli.options import Subparsers, add_command, natural, positive
from radunion.cli.progress import progress
from radunion.cli.terminal import answer, counted


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "simulate",
        summary="simulate fractures: films, their cohort table and the exact truth",
        details="Run again after an interruption, it keeps the films that are there. Simulated films are for tests, "
        "demonstrations and training; they are never clinical evidence.",
        run=run,
        usage="simulate OUT --patients N --seed S [--hospital NAME] [--schedule NAME] [--readers N] "
        "[--format dicom|png] [--workers N]",
        resumes=True,
    )
    parser.add_argument("out", metavar="OUT", type=Path, help="folder for cohort.csv, truth.jsonl and films")
    parser.add_argument("--patients", metavar="N", type=positive, required=True, help="how many patients")
    parser.add_argument(
        "--seed", metavar="S", type=natural, required=True, help="the same seed gives the same films, byte by byte"
    )
    parser.add_argument("--format", choices=("dicom", "png"), default="dicom", help="format of the films (dicom)")
    parser.add_argument(
        "--hospital",
        choices=("textbook", "everyday", "elsewhere"),
        default="textbook",
        help="whose patients and films: of a textbook (the default), of every day with all its faults, or of another "
        "place to try a model on",
    )
    parser.add_argument(
        "--schedule",
        choices=("studies", "follow-up", "intact", "injury"),
        default="studies",
        help="visits as in the seed study's cohorts, every patient at 2, 6, 12, 24 and 52 weeks, legs that never "
        "broke, or fractures on the day of the injury",
    )
    parser.add_argument(
        "--readers",
        metavar="N",
        type=natural,
        default=0,
        help="readers with thresholds and doubts of their own, a row a film each (0: one who reads the truth)",
    )
    parser.add_argument("--workers", metavar="N", type=positive, help="processes at once (one a core)")


def run(args: Namespace) -> int:
    """Simulate, and say where the table is."""
    from radunion.phantom import Simulation, simulate

    settings = Simulation(
        args.patients,
        args.seed,
        format=args.format,
        hospital=args.hospital,
        schedule=args.schedule,
        readers=args.readers,
    )
    with progress("patients simulated") as tell:
        table = simulate(args.out, settings, workers=args.workers, progress=tell)
    read = f" read by {counted(args.readers, 'simulated reader')}" if args.readers else ""
    answer(f"{table}: {counted(args.patients, 'simulated patient')}{read}; never clinical evidence")
    return 0
