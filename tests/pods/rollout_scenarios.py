"""Changes of agents on 12 nodes, of which the preview and what really happens are compared.

Numbers of nodes are those of the first lane; another lane has further nodes in their place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hooks.kube.objects import Obj
from hooks.placement.steps import Outcome
from tests.support.placement import expressions, required
from tests.support.resources import merged

NODES = 12
LANES = 4
"""Scenarios that run at a time, each on nodes of its own."""
SMALL = {"cpu": "900m"}
GPU = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
SOFT = {"key": "soft", "effect": "PreferNoSchedule"}
BATCH, FAST = {"pool": "batch"}, {"pool": "fast"}


def rolling(**sides: object) -> Obj:
    """Return the spec with both sides of a rolling update."""
    return {"agent": {"updateStrategy": {"rollingUpdate": sides}}}


def pods(**fields: Any) -> Obj:
    """Return the spec with fields of the agents' pods."""
    return {"agent": {"pod": fields}}


def joined(*specs: Obj) -> Obj:
    """Return the specs as one."""
    result: Obj = {}
    for each in specs:
        result = merged(result, each)
    return result


def named(number: int) -> Obj:
    """Return the term of an affinity that one node fulfils."""
    values = [f"node-{number}"]
    return {"matchFields": [{"key": "metadata.name", "operator": "In", "values": values}]}


@dataclass(frozen=True)
class Scenario:
    """A change from one spec to another; both have what is in `always`.

    `nodes`: what is special about nodes, by number. `later`: taints that come once the agents run.
    `dead`: nodes that fall silent then. `former`: whether a rollout before shows how long pods take
    to end.
    """

    name: str
    always: Obj
    change: Obj = field(default_factory=dict)
    nodes: dict[int, Obj] = field(default_factory=dict)
    later: dict[int, Obj] = field(default_factory=dict)
    dead: Sequence[int] = ()
    ends: Outcome = Outcome.COMPLETES
    before: Obj = field(default_factory=dict)
    former: bool = True


ON_POOL = pods(nodeSelector=FAST)
FOUR = {number: {"labels": FAST} for number in range(1, 5)}
WITHOUT_PORTS: Obj = {
    "overrides": {
        "agentDaemonSet": {"spec": {"template": {"spec": {"hostNetwork": False}}}},
    }
}
AFFINITY = pods(
    **required(
        expressions(("pool", "NotIn", ["batch"]), ("generation", "Gt", ["2"])),
        *(named(lane * NODES) for lane in range(1, LANES + 1)),
    )
)
GENERATIONS = {
    number: {"labels": {"generation": str(number % 6)} | (BATCH if number > 6 else {})}
    for number in range(1, 12)
}
ARM = {number: {"labels": {"kubernetes.io/arch": "arm64"}} for number in range(1, 7)}

SCENARIOS = [
    Scenario("a number", rolling(maxUnavailable=4)),
    Scenario("a share", rolling(maxUnavailable="25%")),
    Scenario("a share that is rounded up", rolling(maxUnavailable="30%")),
    Scenario("all at once", rolling(maxUnavailable="100%"), former=False),
    Scenario("one at a time, on four nodes", ON_POOL, nodes=FOUR),
    Scenario(
        "a share of the nodes that are not tainted",
        rolling(maxUnavailable="50%"),
        nodes={number: {"taints": [GPU]} for number in (1, 2, 3, 4)},
    ),
    Scenario(
        "a taint that is tolerated",
        joined(rolling(maxUnavailable=6), pods(tolerations=[{"key": "gpu", "operator": "Exists"}])),
        nodes={1: {"taints": [GPU]}},
    ),
    Scenario("a soft taint", rolling(maxUnavailable=6), nodes={1: {"taints": [SOFT]}}),
    Scenario("a cordoned node", rolling(maxUnavailable=6), nodes={1: {"unschedulable": True}}),
    Scenario("a taint that comes later", rolling(maxUnavailable=6), later={1: {"taints": [GPU]}}),
    Scenario("fewer nodes are selected", rolling(maxUnavailable=2), ON_POOL, FOUR),
    Scenario(
        "more nodes are selected",
        rolling(maxUnavailable=2),
        nodes=FOUR,
        before=ON_POOL,
    ),
    Scenario("an affinity", joined(rolling(maxUnavailable=2), AFFINITY), nodes=GENERATIONS),
    Scenario(
        "one architecture",
        joined(rolling(maxUnavailable=3), pods(nodeSelector={"kubernetes.io/arch": "arm64"})),
        nodes=ARM,
    ),
    Scenario(
        "nodes with Windows",
        rolling(maxUnavailable="50%"),
        nodes={number: {"labels": {"kubernetes.io/os": "windows"}} for number in (1, 2)},
    ),
    Scenario(
        "seconds to be ready", joined(rolling(maxUnavailable=6), {"agent": {"minReadySeconds": 5}})
    ),
    Scenario("a dead node", rolling(maxUnavailable=4), dead=[1], ends=Outcome.INCOMPLETE),
    Scenario("a dead node too many", rolling(maxUnavailable=1), dead=[1], ends=Outcome.HALTS),
    Scenario("a surge, and ports of the node", rolling(maxSurge=3), ends=Outcome.HALTS),
    Scenario("a surge without ports", joined(rolling(maxSurge=4), WITHOUT_PORTS)),
    Scenario(
        "a surge in percent, a dead node", joined(rolling(maxSurge="50%"), WITHOUT_PORTS), dead=[1]
    ),
    Scenario(
        "two nodes are too small",
        rolling(maxUnavailable=4),
        pods(requests={"cpu": "1"}),
        nodes={number: {"room": SMALL} for number in (1, 2)},
        ends=Outcome.INCOMPLETE,
    ),
    Scenario(
        "all nodes are too small",
        rolling(maxUnavailable=3),
        pods(requests={"cpu": "17"}, limits={"cpu": "18"}),
        ends=Outcome.HALTS,
    ),
    Scenario("by hand", {"agent": {"updateStrategy": {"type": "OnDelete"}}}, ends=Outcome.BY_HAND),
    Scenario(
        "agents that take long to end",
        joined(rolling(maxUnavailable=4), pods(annotations={"pods.example/ends-after": "5s"})),
    ),
    Scenario(
        "agents that are ready within a second",
        pods(annotations={"pods.example/ready-after": None}),
    ),
    Scenario("the first rollout", rolling(maxUnavailable=4), former=False),
]
