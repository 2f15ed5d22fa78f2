"""Pairs of specs whose agents have the same nodes, and pairs of which that is not certain."""

from hooks.kube.objects import Obj

SAID = (
    "spec.agent.pod: selects the same nodes as InstanaAgent {} in this namespace, but only one "
    "agent can run on a node, because it uses the ports: give each its own nodes with "
    "nodeSelector or affinity (rule nodes-shared)"
)
TAINT = [{"key": "gpu", "operator": "Exists"}]
OTHER_TAINT = [{"key": "cpu", "operator": "Exists"}]


def pool(name: str) -> Obj:
    """Return an affinity to the nodes of a pool."""
    term = {"matchExpressions": [{"key": "pool", "operator": "In", "values": [name]}]}
    required = {"nodeSelectorTerms": [term]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def of_pod(**fields: object) -> Obj:
    return {"agent": {"pod": fields}}


def of_pools(*names: str) -> Obj:
    return {"zones": [{"name": each, "affinity": pool(each)} for each in names]}


SHARED: list[tuple[Obj, Obj]] = [
    ({}, {}),
    ({}, of_pod(nodeSelector={"disk": "ssd"})),
    (of_pod(nodeSelector={"disk": "ssd"}), of_pod(nodeSelector={"disk": "ssd"})),
    (of_pod(affinity=pool("a")), of_pod(affinity=pool("a"))),
    (of_pod(affinity={}), of_pod(affinity=pool("a"))),
    (of_pod(tolerations=TAINT), of_pod(tolerations=TAINT)),
    ({"agent": {"scheduling": {"tolerate": "None"}}}, {"agent": {"scheduling": {"tolerate": ""}}}),
    (of_pools("a", "b"), of_pools("b", "c")),
    (of_pools("a", "b"), of_pod(affinity=pool("b"))),
    (of_pools("a"), {}),
    ({"zones": [{"name": "a"}], **of_pod(affinity=pool("a"))}, of_pools("a")),
]
APART: list[tuple[Obj, Obj]] = [
    (of_pod(nodeSelector={"disk": "ssd"}), of_pod(nodeSelector={"disk": "hdd"})),
    (of_pod(nodeSelector={"a": "1"}), of_pod(affinity=pool("a"))),
    (of_pod(affinity=pool("a")), of_pod(affinity=pool("b"))),
    ({}, of_pod(tolerations=TAINT)),
    (of_pod(tolerations=OTHER_TAINT), of_pod(tolerations=TAINT)),
    ({}, {"agent": {"scheduling": {"tolerate": "All"}}}),
    (of_pools("a", "b"), of_pools("c")),
    ({"zones": [{"name": "a", "tolerations": TAINT}]}, {}),
]
"""Pairs of specs, each of one resource and of another one in its namespace."""
