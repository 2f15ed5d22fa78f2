"""What the plan says about restarts is what the service would make of the workloads."""

from typing import Any

import pytest

from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj
from hooks.takeover import Settings, Strategy
from hooks.takeover.steps import NO_RESTART, Step
from hooks.takeover.successors import GONE, RESTARTS, secrets_with_keys
from tests.property.clusters import CASES, all_of, go_children, input_of
from tests.support.resources import merged
from tests.unit.takeover.former import obj, planned

AGENTS, SENSORS = "instana-agent", "instana-agent-k8sensor"
ALL = {
    AGENTS: "the agents, node by node, once adopted",
    SENSORS: "its pods, once adopted",
}
LATER = "2026-06-01T00:00:00Z"


def left(case: str, **metadata: Any) -> list[Obj]:
    """Return the resource of a recorded case, and what the Go operator made for it."""
    agent = merged(input_of(case), {"metadata": {"resourceVersion": "1", **metadata}})
    children = all_of(go_children(case, healthy=True, foreign=False))
    for child in children:
        owners = child["metadata"]["ownerReferences"]
        child["metadata"]["ownerReferences"] = [
            owner | {"name": agent["metadata"]["name"]} for owner in owners
        ]
    return [agent, *children]


def restarts(*objects: Obj, strategy: Strategy = Strategy.SERVER_SIDE_APPLY) -> dict[str, str]:
    """Return what the plan says of each workload, by its name."""
    steps = planned(*objects, settings=Settings(strategy)).steps
    return {step.obj["metadata"]["name"]: step.restarts for step in steps if _is_workload(step)}


def _is_workload(step: Step) -> bool:
    return step.obj["kind"] in RESTARTS


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("case", CASES)
def test_none_restarts_whose_template_is_kept(case: str, strategy: Strategy) -> None:
    found = restarts(*left(case), strategy=strategy)

    assert found
    assert {*found.values()} == {NO_RESTART}


def test_all_restart_if_the_operator_missed_a_change() -> None:
    agent, *children = left("minimal", generation=2)

    assert restarts(agent, *children) == ALL


def test_all_made_for_another_resource_restart() -> None:
    agent, *children = left("minimal", creationTimestamp=LATER)

    assert restarts(agent, *children) == ALL


def test_so_do_those_that_nobody_owns() -> None:
    agent, *children = left("minimal", creationTimestamp=LATER)
    for child in children:
        del child["metadata"]["ownerReferences"]

    assert restarts(agent, *children) == ALL


def test_pods_end_of_what_is_not_wanted_any_more() -> None:
    agent, *children = left("minimal")
    without = merged(agent, {"spec": {"k8s_sensor": {"deployment": {"enabled": False}}}})

    assert restarts(without, *children) == {AGENTS: NO_RESTART, SENSORS: GONE}


@pytest.mark.parametrize(
    ("key", "sensors"), [("from-secret-key", NO_RESTART), ("rotated", ALL[SENSORS])]
)
def test_a_k8sensor_restarts_whose_key_has_changed(key: str, sensors: str) -> None:
    agent, *children = left("keys-secret")
    keys = obj("Secret", agent["spec"]["agent"]["keysSecret"], data=encoded({"key": key}))

    assert restarts(agent, keys, *children) == {AGENTS: NO_RESTART, SENSORS: sensors}


def test_secrets_with_keys_are_those_of_all_backends() -> None:
    reference = {"name": "own", "key": "k"}
    agent: Obj = merged(
        input_of("minimal"),
        {
            "spec": {
                "agent": {
                    "keysSecret": "keys",
                    "proxyUserSecretKeyRef": {"name": "proxy", "key": "user"},
                    "additionalBackends": [
                        {"endpointHost": "h", "endpointPort": "1", "keySecretKeyRef": reference}
                    ],
                }
            }
        },
    )

    assert secrets_with_keys(agent) == ["keys", "own"]
    assert secrets_with_keys(merged(agent, {"spec": {"agent": {"key": 1}}})) == []


def test_nothing_changes_for_an_invalid_resource() -> None:
    agent, *children = left("minimal", generation=2)
    invalid = merged(agent, {"spec": {"agent": {"key": 1}}})

    assert {*restarts(invalid, *children).values()} == {NO_RESTART}
