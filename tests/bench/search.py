"""A search for the resource that costs most: Hypothesis is led by the processor time of a call.

`python -m tests.bench.search 100000`: through the decoder, as Metacontroller sends it, at first and
at rest. Whatever comes in, there is an answer within the bounds.
"""

import sys
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis import strategies as st

from hooks.app import garbage
from hooks.kube.objects import Obj
from hooks.rules.answer_size import MOST_BYTES
from hooks.sync import sync
from hooks.wire import decode, encode
from tests.bench.growth import MOST_SECONDS
from tests.property import specs
from tests.support import hook
from tests.support.hostile import GROWING, seconds
from tests.support.resources import agent, merged

ACCEPTED = 1_500_000
"""Bytes of a resource, beyond which etcd takes none."""

STATUS = 64 * 1024
FRACTIONS = (0.002, 0.01, 0.05, 0.2, 0.5, 1.0, 1.5)
REPORTED = 50
costs: list[tuple[float, str]] = []


@st.composite
def _hostile(draw: st.DrawFn) -> tuple[str, Obj]:
    """Draw a few lists of some size each, perhaps with anything in the place of a field."""
    parts = draw(
        st.lists(
            st.tuples(st.sampled_from(sorted(GROWING)), st.sampled_from(FRACTIONS)), max_size=4
        )
    )
    spec: Obj = {}
    for name, fraction in parts:
        most, make = GROWING[name]
        spec = merged(spec, make(int(most * fraction)))
    if draw(st.booleans()):
        field = draw(st.sampled_from(["agent", "zones", "overrides", "k8s_sensor", "cluster"]))
        spec |= {field: draw(specs.json_values())}
    return ", ".join(f"{name} x {fraction}" for name, fraction in parts), spec


def _answered(spec: Any) -> float:
    """Return the seconds of the dearer one of two calls, whose answers are within the bounds."""
    parent = agent(spec)
    if len(encode(parent)) > ACCEPTED:
        return 0.0
    first = encode(hook.request(parent))
    answer = sync(decode(first), hook.FACTS, hook.NOW)
    at_rest = encode(hook.request(parent, observed=hook.stored(answer)))
    assert len(encode(answer)) <= MOST_BYTES + STATUS
    assert len(sync(decode(at_rest), hook.FACTS, hook.NOW)["children"]) >= len(answer["children"])
    return max(min(seconds(body) for _ in range(2)) for body in (first, at_rest))


def search(examples: int) -> None:
    """Look at that many resources."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.target],
        suppress_health_check=list(HealthCheck),
    )
    @given(_hostile())
    def answers(drawn: tuple[str, Obj]) -> None:
        name, spec = drawn
        took = _answered(spec)
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
