"""Values of the charts that were there before this one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExistingValue:
    """A value of an earlier chart: its path, and what becomes of it."""

    path: tuple[str, ...]
    verdict: str
    remedy: str
    generation: str


EXISTING: tuple[ExistingValue, ...] = ()
