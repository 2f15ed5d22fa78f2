"""What was measured, against what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, against what, and the greatest ratio that is fine, if there is one."""

    name: str
    ours: float
    baseline: float
    unit: str
    goal: float | None = None

    @property
    def ratio(self) -> float:
        """Return how many times the baseline ours is."""
        return self.ours / self.baseline

    @property
    def is_missed(self) -> bool:
        """Return whether there is a goal that was not reached."""
        return self.goal is not None and self.ratio > self.goal

    def __str__(self) -> str:
        """Return one line of the report."""
        line = (
            f"{self.name:42} {self.ours:9.2f} {self.baseline:9.2f} {self.unit:4} {self.ratio:6.2f}x"
        )
        if self.goal is None:
            return line
        return f"{line}  goal {self.goal:.2f}x  {'MISSED' if self.is_missed else 'ok'}"
