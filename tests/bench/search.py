"""A search for the resource that costs most: Hypothesis is led by the processor time of a call.

`python -m tests.bench.search 1000`: bytes to bytes, as Metacontroller sends them, at first and at
rest.
"""

import sys
from itertools import count

from hypothesis import HealthCheck, Phase, given, settings, target

from hooks.kube.objects import Obj
from hooks.server import garbage
from tests.bench.growth import MOST_SECONDS
from tests.property.hostile import answered, hostile_specs
from tests.support.hostile import seconds

FRACTIONS = (0.002, 0.01, 0.05, 0.2, 0.5, 1.0, 1.5)
REPORTED = 50
DEAREST = 10
ROUNDS = 8
"""How often the dearest are measured again, as a machine is slow at times."""

costs: list[tuple[float, str, Obj]] = []


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
        took = _cost_of(spec, 2)
        target(took, label="seconds")
        costs.append((took, name, spec))
        if next(looked_at) % REPORTED == 0:
            _report()

    looked_at = count(1)
    answers()


def _cost_of(spec: Obj, rounds: int) -> float:
    bodies = answered(spec)
    return max((min(seconds(body) for _ in range(rounds)) for body in bodies), default=0.0)


def _report() -> None:
    costs.sort(key=lambda cost: cost[0], reverse=True)
    del costs[DEAREST:]
    print(f"the dearest so far, the goal is {MOST_SECONDS * 1e3:.0f} ms:")
    for took, name, _ in costs:
        print(f"{took * 1e3:7.0f} ms  {name}", flush=True)


def _measure_again() -> None:
    costs[:] = [(_cost_of(spec, ROUNDS), name, spec) for _, name, spec in costs]


if __name__ == "__main__":
    garbage.look_seldom()
    search(int(sys.argv[1]))
    _report()
    _measure_again()
    _report()
