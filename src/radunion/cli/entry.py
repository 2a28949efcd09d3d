"""Run one command and turn whatever happens into an exit code and one message."""

import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Sequence
from types import TracebackType

from radunion import __version__
from radunion.cli.parser import build_parser
from radunion.cli.terminal import say
from radunion.errors import RadunionError, UsageError

DONE, FAILED, WRONG_USAGE = 0, 1, 2
INTERRUPTED, PIPE_CLOSED = 130, 141
"""128 and the number of the signal, as shells have it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 the work failed, 2 wrong usage, 130 interrupted."""
    _let_any_name_be_printed()
    try:
        args = build_parser().parse_args(argv)
    except SystemExit as stop:  # argparse has spoken: help, the version, or wrong usage
        return stop.code if isinstance(stop.code, int) else WRONG_USAGE
    return _guarded(args)


def _guarded(args: Namespace) -> int:
    try:
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        say(_interrupted(resumes=args.resumes))
        return INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        return PIPE_CLOSED
    except Exception as error:
        if args.debug or os.environ.get("RADUNION_DEBUG"):
            sys.stderr.write(traceback.format_exc())
        say(_message(error))
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED


def _interrupted(*, resumes: bool) -> str:
    if resumes:
        return "interrupted; run the same command again and it goes on, what was written is kept"
    return "interrupted; run the same command again, it starts anew"


def _message(error: Exception) -> str:
    """Say what went wrong. The text of an exception that nobody foresaw is withheld: it may hold a patient's data."""
    if isinstance(error, RadunionError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        where = "" if error.filename is None else f"{error.filename}: "
        return f"{where}{error.strerror}; check the path, its permissions and the room on the disk"
    return (
        f"stopped by an unexpected {type(error).__name__} in {_place(error.__traceback__)}; this is a fault of "
        f"radunion {__version__}. Please report this line, and which command it was, to its maintainers. --debug shows "
        "the traceback, which may name files and patients"
    )


def _place(trace: TracebackType | None) -> str:
    """Name the innermost function of ours, without paths."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    ours = [frame for frame in frames if str(frame.f_globals.get("__name__", "")).startswith("radunion")]
    if not ours:
        return "radunion"
    return f"{ours[-1].f_globals['__name__']}.{ours[-1].f_code.co_name}"


def _let_any_name_be_printed() -> None:
    """Write what the terminal's encoding lacks as an escape: a file's name may hold any byte."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _drop_stdout() -> None:
    """Point standard output nowhere, so that the interpreter's last flush is quiet as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        return
    finally:
        os.close(nowhere)
