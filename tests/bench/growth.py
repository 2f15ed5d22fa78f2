"""What grows with a resource: ten sizes of each list, the exponent of their cost, and the most."""

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

from tests.support.hostile import GROWING, SITUATIONS, bodies, seconds

SIZES = 10
SMALLEST = 1 / 32
ROUNDS = 3
GREATEST_EXPONENT = 1.15
"""Linear, as far as a measurement tells."""

MOST_SECONDS = 0.25
MOST_MEMORY = 64.0
KIB = 1024


@dataclass(frozen=True)
class Growth:
    """The cost of a list in one situation: sizes with seconds, and MiB of the largest one."""

    name: str
    costs: tuple[tuple[int, float], ...]
    memory: float

    @property
    def exponent(self) -> float:
        """Return the slope of the larger half, in logarithms: others are mostly fixed cost."""
        points = [(math.log(size), math.log(cost)) for size, cost in self.costs[SIZES // 2 :]]
        return linear_regression([x for x, _ in points], [y for _, y in points]).slope

    @property
    def is_fine(self) -> bool:
        """Tell whether it costs no more than it may."""
        most = self.costs[-1][1]
        return (
            self.exponent <= GREATEST_EXPONENT
            and most <= MOST_SECONDS
            and self.memory <= MOST_MEMORY
        )

    def __str__(self) -> str:
        """Return one line of the report."""
        size, most = self.costs[-1]
        return (
            f"{self.name:52} {size:7} {most * 1e3:7.0f} ms {self.memory:6.1f} MiB  "
            f"n^{self.exponent:4.2f}  {'ok' if self.is_fine else 'MISSED'}"
        )


def growths() -> Iterator[Growth]:
    """Yield what each list costs in each situation."""
    for name in GROWING:
        yield from _growths_of(name)


def _growths_of(name: str) -> Iterator[Growth]:
    most, spec = GROWING[name]
    sizes = [round(most * SMALLEST ** (1 - step / (SIZES - 1))) for step in range(SIZES)]
    calls = [bodies(spec(size)) for size in sizes]
    for place, situation in enumerate(SITUATIONS):
        costs = [min(seconds(each[place]) for _ in range(ROUNDS)) for each in calls]
        costs_of_sizes = tuple(zip(sizes, costs, strict=True))
        yield Growth(f"{name}, {situation}", costs_of_sizes, _memory_of(calls[-1][place]))


def _memory_of(body: bytes) -> float:
    """Return by how many MiB a process of its own grows for the call."""
    command = [sys.executable, "-m", "tests.bench.growth", "-"]
    return float(subprocess.run(command, check=True, capture_output=True, input=body).stdout)


def _peak() -> float:
    """Return the most MiB that this process had: `getrusage` counts those of its parent, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / KIB


def _grown(body: bytes) -> float:
    seconds(bodies({})[0])
    before = _peak()
    seconds(body)
    return _peak() - before


def main() -> int:
    """Print the growth of every list; returns the exit code."""
    print(f"{'':52} {'most':>7} {'cost':>10} {'memory':>10}")
    is_fine = True
    for growth in growths():
        print(growth, flush=True)
        is_fine = is_fine and growth.is_fine
    return int(not is_fine)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(_grown(sys.stdin.buffer.read()))
    else:
        sys.exit(main())
