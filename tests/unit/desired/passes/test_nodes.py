"""Agents and k8sensors run on nodes with Linux, and agents on machines only, whatever is said."""

from typing import Any

import pytest

from hooks.customize import customize
from hooks.desired.passes.nodes import MACHINES
from hooks.facts import Facts
from hooks.kube.node_affinity import ON_LINUX, OS, REQUIRED, required_terms
from hooks.kube.objects import Obj
from tests.support.hook import answer, pod, stored
from tests.support.resources import agent, secret

AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
BACKEND = {"endpointHost": "second", "endpointPort": "443", "key": "k"}
BIG = {"key": "size", "operator": "In", "values": ["big"]}
SPOT = {"key": "spot", "operator": "Exists"}
LINUX = {OS: "linux"}
EVERY_TAINT = {"operator": "Exists"}


def affinity(*expressions: Obj) -> Obj:
    """Return an affinity with a term for each expression."""
    terms = [{"matchExpressions": [each]} for each in expressions]
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": terms}}}


def of_agents(**fields: Any) -> Obj:
    return agent({"agent": {"pod": fields}})


def overriding(field: str, **fields: Any) -> Obj:
    resource = agent()
    resource["spec"]["overrides"] = {field: {"spec": {"template": {"spec": fields}}}}
    return resource


def required(parent: Obj, which: str = AGENT, **more: Any) -> list[list[Obj]]:
    """Return the requirements of each term of a workload's pods."""
    terms = required_terms(pod(answer(parent, **more), which)["affinity"])
    return [term["matchExpressions"] for term in terms]


@pytest.mark.parametrize("which", [AGENT, SENSOR, f"{SENSOR}-1"])
def test_pods_require_linux(which: str) -> None:
    assert required(agent({"agent": {"additionalBackends": [BACKEND]}}), which) == [[ON_LINUX]]


def test_every_alternative_of_the_users_requires_linux() -> None:
    given = affinity(BIG, SPOT)
    both = [[BIG, ON_LINUX], [SPOT, ON_LINUX]]

    assert required(of_agents(affinity=given)) == both
    sensor = agent({"k8s_sensor": {"deployment": {"pod": {"affinity": given}}}})
    assert required(sensor, SENSOR) == both
    assert required(agent({"zones": [{"name": "a", "affinity": given}]}), f"{AGENT}-a") == both


def test_zones_require_linux() -> None:
    parent = agent(
        {
            "agent": {"pod": {"affinity": affinity(BIG)}},
            "zones": [{"name": "a"}, {"name": "b", "affinity": {}}],
        }
    )

    assert required(parent, f"{AGENT}-a") == [[BIG, ON_LINUX]]
    assert required(parent, f"{AGENT}-b") == [[ON_LINUX]]


@pytest.mark.parametrize(
    "parent",
    [of_agents(nodeSelector=LINUX), overriding("agentDaemonSet", nodeSelector=LINUX)],
    ids=["resource", "override"],
)
def test_what_the_node_selector_says_is_not_said_again(parent: Obj) -> None:
    made = pod(answer(parent), AGENT)

    assert made["affinity"] == {}
    assert made["nodeSelector"] == LINUX


def test_an_override_cannot_take_it_away() -> None:
    assert required(overriding("agentDaemonSet", affinity=None)) == [[ON_LINUX]]
    assert required(overriding("k8sensorDeployment", affinity={"$patch": "delete"}), SENSOR) == [
        [ON_LINUX]
    ]
    assert required(overriding("agentDaemonSet", affinity=affinity(BIG, SPOT))) == [
        [BIG, ON_LINUX],
        [SPOT, ON_LINUX],
    ]
    without = overriding("agentDaemonSet", nodeSelector=None)
    without["spec"]["agent"]["pod"] = {"nodeSelector": LINUX}
    assert required(without) == [[ON_LINUX]]


@pytest.mark.parametrize(
    ("tolerations", "are_machines"),
    [
        ([EVERY_TAINT], True),
        ([{"operator": "Exists", "effect": "NoSchedule"}], True),
        ([{"operator": "Exists", "effect": "NoExecute"}], False),
        ([{"operator": "Exists", "key": "dedicated"}], False),
        ([{"key": "eks.amazonaws.com/compute-type", "value": "fargate"}], False),
        ([], False),
    ],
)
def test_agents_that_tolerate_every_taint_require_machines(
    tolerations: list[Obj],
    are_machines: bool,  # noqa: FBT001
) -> None:
    expected = [[ON_LINUX, *MACHINES]] if are_machines else [[ON_LINUX]]

    assert required(of_agents(tolerations=tolerations)) == expected
    assert required(overriding("agentDaemonSet", tolerations=tolerations)) == expected
    zones = [{"name": "a", "tolerations": tolerations}]
    assert required(agent({"zones": zones}), f"{AGENT}-a") == expected


@pytest.mark.parametrize(
    ("tolerate", "expected"),
    [("All", [[ON_LINUX, *MACHINES]]), ("ControlPlane", [[ON_LINUX]]), ("None", [[ON_LINUX]])],
)
def test_all_taints_but_those_of_what_is_no_machine(
    tolerate: str, expected: list[list[Obj]]
) -> None:
    assert required(agent({"agent": {"scheduling": {"tolerate": tolerate}}})) == expected


def test_a_k8sensor_may_be_where_no_agent_can() -> None:
    """It is an ordinary pod, which Fargate takes where a profile of the user's says so."""
    pods = {"tolerations": [EVERY_TAINT]}

    assert required(agent({"k8s_sensor": {"deployment": {"pod": pods}}}), SENSOR) == [[ON_LINUX]]


def test_all_machines_and_nodes_of_auto_mode_are_taken() -> None:
    names = {each["key"]: each["values"] for each in MACHINES}

    assert names["eks.amazonaws.com/compute-type"] == ["fargate"]
    assert {each["operator"] for each in MACHINES} == {"NotIn"}


def test_a_resource_at_rest_stays_at_rest() -> None:
    keys = secret("instana-keys", key="k")
    first = answer(of_agents(affinity=affinity(BIG, SPOT)), keys)
    second = answer(of_agents(affinity=affinity(BIG, SPOT)), keys, observed=stored(first))

    assert second["children"] == first["children"]


@pytest.mark.parametrize("which", [AGENT, SENSOR])
def test_a_fleet_of_an_earlier_version_gets_the_requirement(which: str) -> None:
    observed = stored(answer(agent()))
    for each in observed:
        if each["kind"] in {"DaemonSet", "Deployment"}:
            each["spec"]["template"]["spec"]["affinity"] = {}

    assert required(agent(), which, observed=observed) == [[ON_LINUX]]


def test_nodes_without_an_agent_have_no_zone() -> None:
    parent = agent({"zone": {"automatic": "NodeLabel"}})
    rules = customize({"parent": parent}, Facts(node_zones=True))["relatedResources"]
    (nodes,) = (rule for rule in rules if rule["resource"] == "nodes")

    assert nodes["labelSelector"]["matchExpressions"][1:] == [ON_LINUX, *MACHINES]
