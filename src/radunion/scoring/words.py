"""The words in which a score is told to people; the table and the picture say the same."""

from radunion.scale import TOP_SCORE, Scale
from radunion.scoring.document import CortexScore, ScoreDocument, TotalScore, UnionScore

LEVEL_WORDS: dict[int, str] = {1: "no callus", 2: "callus", 3: "bridging callus", 4: "remodelled"}
"""mRUST, Litrenta 2015."""
SCALE_NAMES: dict[Scale, str] = {"mrust": "mRUST", "rust": "RUST"}

_CERTAINTY = ((0.95, "nearly certain"), (0.8, "likely"), (0.6, "more likely than not"), (0.0, "uncertain"))
_CHANCE = (
    (0.95, "nearly certain"),
    (0.8, "likely"),
    (0.6, "more likely than not"),
    (0.4, "as likely as not"),
    (0.2, "less likely than not"),
    (0.05, "unlikely"),
    (0.0, "very unlikely"),
)


def percent(probability: float) -> str:
    """Say a probability as a whole percentage, never as 0 or 100: no model knows that."""
    if probability < 0.005:
        return "<1 %"
    if probability >= 0.995:
        return ">99 %"
    return f"{probability * 100:.0f} %"


def level_in_words(cortex: CortexScore) -> str:
    """Say a cortex's level, or why it has none."""
    if cortex.level is not None:
        return f"{cortex.level}, {LEVEL_WORDS[cortex.level]}"
    return "not scorable" if cortex.seen else "not seen"


def certainty_in_words(cortex: CortexScore) -> str:
    """Say how sure the model is of a level; nothing when there is none."""
    if cortex.level is None:
        return ""
    probability = cortex.probabilities[cortex.level - 1]
    return next(words for least, words in _CERTAINTY if probability >= least)


def range_in_words(cortex: CortexScore, coverage: float) -> str:
    """Say which levels hold the coverage; nothing when the cortex has no level."""
    if cortex.level is None:
        return ""
    low, high = cortex.levels[0], cortex.levels[-1]
    levels = f"level {low}" if low == high else f"levels {low} to {high}"
    return f"{levels} hold{'s' * (low == high)} {percent(coverage)}"


def total_in_words(total: TotalScore, scale: Scale, coverage: float) -> str:
    """Say a total with its interval, or its bounds."""
    low, high = total.interval
    within = f"{percent(coverage)} interval {low} to {high}"
    top = 4 * TOP_SCORE[scale]
    if total.bounds is not None:
        return f"{SCALE_NAMES[scale]} between {total.bounds[0]} and {total.bounds[1]} of {top} ({within})"
    return f"{SCALE_NAMES[scale]} {total.total} of {top} ({within})"


def union_in_words(union: UnionScore) -> str:
    """Say P(union) by its rule, in a number and in a word."""
    rule = union.rule.replace(">=", "≥")
    if union.probability is not None:
        word = next(words for least, words in _CHANCE if union.probability >= least)
        return f"Union ({rule}): {percent(union.probability)}, {word}"
    low, high = union.bounds or (0.0, 1.0)
    return f"Union ({rule}): between {percent(low)} and {percent(high)}, by what the missing cortices are"


def sets_in_words(document: ScoreDocument) -> str:
    """Say what the sets and intervals hold, and what is promised by it."""
    if not document.calibrated:
        return f"Sets and intervals hold {percent(document.coverage)} of the model's own probability, not calibrated"
    share = f"at least {percent(document.coverage)}"
    words = (
        f"Calibrated: sets hold the reader's score on {share} of patients like those calibrated on; "
        "no promise elsewhere"
    )
    return f"{words}, nor for totals that are bounds" if document.mrust.bounds is not None else words


def model_in_words(document: ScoreDocument) -> str:
    """Say which model scored and what it learned from."""
    model = document.model
    return f"Model {model.name} {model.version} ({model.sha256[:12]}), trained on {model.trained_on}"


def familiarity_in_words(document: ScoreDocument) -> str:
    """Say whether the films are like those of training."""
    found = document.familiarity
    kind = "like" if found.familiar else "UNLIKE"
    return f"Films {kind} those of training (distance {found.distance:.1f}, limit {found.threshold:.1f})"


def missing_in_words(document: ScoreDocument) -> str:
    """Say which cortices the totals lack; nothing when they lack none."""
    missing = [name for name, cortex in document.cortices.items() if cortex.level is None]
    if not missing:
        return ""
    return f"Without a level: {', '.join(missing)}; each may add any score, so totals are bounds"
