"""What the seed study published, so that its table can be read beside the run's. Source: Hong 2023."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Published:
    """Hold one published 18-output macro AUROC and the protocol that repeats it here, where one does."""

    what: str
    auroc: float
    plain: str | None
    remark: str = ""


PUBLISHED: tuple[Published, ...] = (
    Published("LeNet of 1998", 0.608, "lenet"),
    Published("InceptionV3, end to end", 0.692, "thesis-1"),
    Published("InceptionV3 frozen, RadImageNet weights", 0.706, "thesis-3"),
    Published("InceptionV3 frozen, ImageNet weights", 0.784, "thesis-2"),
    Published("Regime I, best of 100 trials", 0.808, None, "a search; its choice is thesis-final"),
    Published("Regime II, best of its grid", 0.797, None, "a search; its choice is thesis-final"),
    Published("Chosen settings, 10 folds", 0.821, "thesis-final"),
    Published("Its “hold-out”", 0.890, None, "not held out: every fold and search had seen it"),
)

HOLD_OUT: dict[str, float] = {"precision": 0.880, "recall": 0.409, "macro_f1": 0.246}
"""The rest of its “hold-out” line, as published."""
MEASURED: dict[str, Any] = {"view_only": {"macro": 0.806, "micro": 0.909, "precision": 1.0, "recall": 0.364}}
"""What knowing only the view scores on its own label table, measured on it since."""

ENDPOINTS: tuple[tuple[str, float], ...] = (("chance", 0.50), ("second", 0.75), ("third", 0.80))
"""Its endpoints by its own measure; between the first two stands the shallow network."""


@dataclass(frozen=True)
class Question:
    """Hold one question of the seed study as we read it from its three protocols: does `one` do better than `other`."""

    asked: str
    one: str
    other: str


QUESTIONS: tuple[Question, ...] = (
    Question("Can InceptionV3, trained end to end, learn the scores better than the shallow net?", "thesis-1", "lenet"),
    Question("Do frozen ImageNet features do better than training end to end?", "thesis-2", "thesis-1"),
    Question("Do frozen RadImageNet features do better than frozen ImageNet ones?", "thesis-3", "thesis-2"),
)
