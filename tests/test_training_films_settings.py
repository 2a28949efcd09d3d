"""The settings of networks of single films: what would be ignored is refused."""

from dataclasses import replace

import pytest
from tests.test_training_films_samples import LENET

from radunion.errors import UsageError


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"augmentation": "eightfold"}, "eightfold views are for frozen networks"),
        ({"tap": "stem"}, "trains end to end, found tap stem"),
        ({"trains": "head"}, "a frozen network needs a head"),
        ({"epochs": 0}, "at least 1, found 0 and 4"),
    ],
)
def test_settings_that_would_be_ignored_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        replace(LENET, **changes)  # type: ignore[arg-type]
