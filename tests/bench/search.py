"""A search for the resource that costs most: Hypothesis is led by the processor time of a call.

`python -m tests.bench.search 1000`: bytes to bytes, as Metacontroller sends them, at first and at
rest.
"""

import sys

from hypothesis import HealthCheck, Phase, given, settings, target

from hooks.kube.objects import Obj
from hooks.server import garbage
from tests.bench.growth import MOST_SECONDS
from tests.property.hostile import answered, hostile_specs
from tests.support.hostile import seconds

FRACTIONS = (0.002, 0.01, 0.05, 0.2, 0.5, 1.0, 1.5)
REPORTED = 50
costs: list[tuple[float, str]] = []


def search(examples: int) -> None:
    """Look at that many resources."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.target],
        suppress_health_check=list(HealthCheck),
    )
    @given(hostile_specs(FRACTIONS))
    def answers(drawn: tuple[str, Obj]) -> None:
        name, spec = drawn
        took = max((min(seconds(body), seconds(body)) for body in answered(spec)), default=0.0)
        target(took, label="seconds")
        costs.append((took, name))
        if len(costs) % REPORTED == 0:
            _report(3)

    answers()


def _report(most: int) -> None:
    costs.sort(reverse=True)
    print(f"{len(costs)} resources, the goal is {MOST_SECONDS * 1e3:.0f} ms:")
    for took, name in costs[:most]:
        print(f"{took * 1e3:7.0f} ms  {name}", flush=True)


if __name__ == "__main__":
    garbage.look_seldom()
    search(int(sys.argv[1]))
    _report(10)
