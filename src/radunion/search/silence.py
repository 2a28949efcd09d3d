"""Keep Optuna quiet: what it tells on the terminal is told by the search itself, and in its own words."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import optuna


def quieten() -> None:
    """Let Optuna tell warnings only; it logs every study and trial to the terminal otherwise."""
    if optuna.logging.get_verbosity() < logging.WARNING:
        optuna.logging.set_verbosity(logging.WARNING)


@contextmanager
def experimental_options() -> Iterator[None]:
    """Let pass that Optuna before 5 calls options experimental which it has had by default since."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield
