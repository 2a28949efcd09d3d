"""`radunion demo`: the whole way on simulated films, in a few minutes."""

from argparse import Namespace
from pathlib import Path

from radunion import NOTICE
from radunion.cli.options import Subparsers, add_command, positive
from radunion.cli.stages import stages
from radunion.cli.terminal import answer, show


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "demo",
        summary="simulate fractures, train on them, evaluate on others, score one pair, write the report",
        details="A few minutes on two cores. All films and labels are simulated; nothing here is clinical evidence.",
        run=run,
        usage="demo [--out DIR] [--patients N] [--test-patients N] [--epochs N]",
        resumes=True,
    )
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("demo"), help="folder for everything (demo)")
    parser.add_argument("--patients", metavar="N", type=positive, help="how many to train on")
    parser.add_argument("--test-patients", metavar="N", type=positive, help="how many to evaluate on")
    parser.add_argument("--epochs", metavar="N", type=positive, help="how long to train at most")


def run(args: Namespace) -> int:
    """Run the demonstration, print the comparison and one score, say where things are."""
    from radunion.cli.evaluate import print_headline
    from radunion.cli.train import must_have_torch
    from radunion.report.heatmaps.words import in_a_line
    from radunion.scoring import score_table
    from radunion.study.demo import DemoSettings, run_demo

    must_have_torch()
    given = {"train_patients": args.patients, "test_patients": args.test_patients, "epochs": args.epochs}
    settings = DemoSettings(**{name: value for name, value in given.items() if value is not None})
    with stages() as tell:
        demo = run_demo(args.out, settings, tell=tell)
    print_headline(demo.evaluated)
    for one in demo.heatmaps:
        answer(in_a_line(one))
    answer("")
    show(score_table(demo.scored.document))
    answer("")
    answer(f"report   {demo.report}")
    answer(f"picture  {args.out / 'score.png'}")
    answer(f"model    {demo.bundle.path} ({demo.bundle.card.summary})")
    answer(f"All of this is simulated; {NOTICE}.")
    return 0
