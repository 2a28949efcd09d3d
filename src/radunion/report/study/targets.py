"""What curves are drawn of: union by a rule, or a level; that of the headline first."""

from collections.abc import Iterator, Sequence

from radunion.report.study.blocks import Block, Figures, More
from radunion.report.study.ledger import Ledger


def headline_first(blocks: Sequence[tuple[str, Figures]], ledger: Ledger) -> Iterator[Block]:
    """Show the target of the headline's union rule, fold away the others; the first one where there is none."""
    rule = f"union {ledger.rules[ledger.headline_scale]}"
    first = next((target for target, _ in blocks if target == rule), blocks[0][0])
    yield from (figures for target, figures in blocks if target == first)
    yield from (More(_title(target), (figures,)) for target, figures in blocks if target != first)


def readable(target: str) -> str:
    """Return a target as words."""
    return target.replace(">=", "≥")


def _title(target: str) -> str:
    words = readable(target)
    return words[:1].upper() + words[1:]
