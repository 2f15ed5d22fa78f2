"""What was measured, against what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, against what, and the greatest ratio that is fine."""

    name: str
    ours: float
    baseline: float
    unit: str
    goal: float

    @property
    def ratio(self) -> float:
        """Return how many times the baseline ours is."""
        return self.ours / self.baseline

    def __str__(self) -> str:
        """Return one line of the report."""
        verdict = "ok" if self.ratio <= self.goal else "MISSED"
        return (
            f"{self.name:34} {self.ours:9.1f} {self.baseline:9.1f} {self.unit:4}"
            f" {self.ratio:6.2f}x  goal {self.goal:.2f}x  {verdict}"
        )
