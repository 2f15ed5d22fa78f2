"""When the interpreter collects garbage: rarely, because requests are large and leave little."""

import gc
from typing import Final

THRESHOLDS: Final = (100_000, 50, 100)
"""A large request creates millions of objects that stay alive: the default scans them
repeatedly."""


def look_seldom() -> None:
    """Exclude the objects of start-up from garbage collection, and collect rarely from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
