"""Keep highdicom and pydicom quiet: they warn with the patient's name and log the identifiers of what they copy."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from radunion.radiograph.silence import quiet

_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def silent() -> Iterator[None]:
    """Silence Python warnings and the loggers of both libraries, one caller at a time."""
    logger = logging.getLogger("highdicom")
    with _ONE_AT_A_TIME, quiet():
        before, propagates = logger.level, logger.propagate
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        try:
            yield
        finally:
            logger.setLevel(before)
            logger.propagate = propagates
