"""How numbers of a comparison are written: digits, signs, intervals, and what stands where there is none."""

from radunion.evaluation.compare import Row

NONE = "–"
_PERCENT = ("exact", "within-1", "within-2", "sensitivity", "specificity", "recall", "precision", "balanced-accuracy")
_THIRD_DIGIT = ("ece",)

TITLES: dict[str, str] = {
    "kappa": "Quadratic kappa",
    "kappa-linear": "Linear kappa",
    "alpha": "Krippendorff’s alpha, ordinal",
    "auroc": "AUROC",
    "auroc-level": "AUROC, level by level",
    "exact": "Exactly right",
    "balanced-accuracy": "Balanced accuracy",
    "macro-f1": "Macro F1",
    "rps": "Ranked probability score",
    "recall-1": "Recall of level 1",
    "recall-2": "Recall of level 2",
    "recall-3": "Recall of level 3",
    "recall-4": "Recall of level 4",
    "precision-1": "Precision of level 1",
    "precision-2": "Precision of level 2",
    "precision-3": "Precision of level 3",
    "precision-4": "Precision of level 4",
    "icc-2-1": "ICC(2,1)",
    "icc-3-1": "ICC(3,1)",
    "mae": "Mean absolute error",
    "within-1": "Within ±1",
    "within-2": "Within ±2",
    "bias": "Bias",
    "limit-low": "Lower limit of agreement",
    "limit-high": "Upper limit of agreement",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "brier": "Brier score",
    "ece": "Expected calibration error",
    "ece-perfect": "Calibration error of a perfect model",
    "seed18-macro": "18-output macro AUROC",
    "seed18-micro": "18-output micro AUROC",
}
SCALE_NAMES: dict[str, str] = {"mrust": "mRUST", "rust": "RUST", "mixed": "both scales"}


def percent(metric: str) -> bool:
    """Say whether a metric is written in percent."""
    return metric.removeprefix("difference:").startswith(_PERCENT)


def _digits(metric: str) -> int:
    return 3 if metric.removeprefix("difference:").startswith(_THIRD_DIGIT) else 2


def number(value: float | None, metric: str, *, signed: bool = False) -> str:
    """Write one number: percent without digits, calibration errors with three, all else with two; a true minus sign."""
    if value is None:
        return NONE
    digits = 0 if percent(metric) else _digits(metric)
    scaled = round(value * 100 if percent(metric) else value, digits) + 0.0
    return f"{scaled:{'+' if signed else ''}.{digits}f}".replace("-", "−")


def estimate(row: Row | None) -> str:
    """Write a row's estimate with its unit; differences carry a sign, those of percentages are points."""
    if row is None:
        return NONE
    signed = row.metric.startswith("difference:")
    unit = (" points" if signed else " %") if percent(row.metric) and row.estimate is not None else ""
    return number(row.estimate, row.metric, signed=signed) + unit


def interval(row: Row | None) -> str:
    """Write a row's 95 % interval."""
    if row is None or row.low is None:
        return NONE
    signed = row.metric.startswith("difference:")
    return f"{number(row.low, row.metric, signed=signed)} to {number(row.high, row.metric, signed=signed)}"
