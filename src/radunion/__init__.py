"""Score the healing of long-bone fractures (RUST, mRUST) on radiographs, cortex by cortex.

Research use only, not a medical device.
"""

from radunion.errors import RadunionError

__all__ = ["NOTICE", "RadunionError", "__version__"]

__version__ = "0.1.0"

NOTICE = "research use only, not a medical device"
