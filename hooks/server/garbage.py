"""When the interpreter looks for garbage: seldom, as requests are large and leave little."""

import gc
from typing import Final

THRESHOLDS: Final = (100_000, 50, 100)
"""A large request makes millions of objects that stay: the default scans them over and over."""


def look_seldom() -> None:
    """Take what start-up made out of garbage collection, and collect seldom from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
