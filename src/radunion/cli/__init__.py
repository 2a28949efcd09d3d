"""The command line: parse, call the library, print. Each command is a module with `add_to` and `run`."""

from radunion.cli.entry import main

__all__ = ["main"]
