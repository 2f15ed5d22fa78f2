"""The real loop when something is wrong: what runs stays as it is, and the status says why."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooks.kube.objects import identity
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource, surroundings
from tests.cluster.loop import Versions, remove, running_loop, settled, versions
from tests.cluster.metacontroller import STRATEGIES, Recorder

pytestmark = pytest.mark.loop

WRITE_SECONDS = 0.5
BROKEN = "not: [yaml"
"""A mistake that only the service can see: the API server refuses the others."""

KEYS = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "instana-agent-key", "namespace": NAMESPACE},
}


BOUND = ("agent", "k8sensor")


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        yield recorder


@pytest.fixture(name="agent")
def _agent(api: Api, loop: Recorder) -> Iterator[Obj]:
    agent, others = resource("keys-secret"), surroundings("keys-secret")
    assert loop.port
    api.apply_all([*others, agent])
    wait_for(lambda: len(versions(api)) > len(others), "there are children")
    # Another controller makes them: on a busy machine after the children stand still.
    wait_for(lambda: len(_bindings(api)) == len(BOUND), "the accounts have their rights")
    settled(api, agent)
    yield agent
    remove(api, agent, others)


def test_invalid_edit_writes_to_no_child(api: Api, agent: Obj) -> None:
    before = _children(api, agent)

    api.merge(agent, {"spec": {"agent": {"configuration_yaml": BROKEN}}})
    _wait_for_condition(api, agent, "Valid", "False")

    assert _children(api, agent) == before


def test_children_follow_once_the_edit_is_mended(api: Api, agent: Obj) -> None:
    api.merge(agent, {"spec": {"agent": {"configuration_yaml": BROKEN, "mode": "AWS"}}})
    _wait_for_condition(api, agent, "Valid", "False")

    api.merge(agent, {"spec": {"agent": {"configuration_yaml": "whole: true"}}})
    _wait_for_condition(api, agent, "Valid", "True")

    settled(api, agent)
    env = _daemonset(api)["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "INSTANA_AGENT_MODE", "value": "AWS"} in env


def test_missing_secret_writes_to_no_child(api: Api, agent: Obj) -> None:
    before = _children(api, agent)

    api.delete(KEYS)
    _wait_for_condition(api, agent, "ReferencesResolved", "False")

    assert _children(api, agent) == before


def test_rest_of_the_spec_is_followed_while_a_secret_is_missing(api: Api, agent: Obj) -> None:
    secrets = _volume(_daemonset(api), "instana-secrets")
    api.delete(KEYS)
    _wait_for_condition(api, agent, "ReferencesResolved", "False")

    api.merge(agent, {"spec": {"agent": {"image": {"tag": "1.2.3"}}}})
    wait_for(lambda: _image(api).endswith(":1.2.3"), "the new image")

    assert _volume(_daemonset(api), "instana-secrets") == secrets


def test_rotated_secret_restarts_the_sensor_only_once(api: Api, agent: Obj) -> None:
    before = _deployment(api)["metadata"]["generation"]

    api.merge(KEYS, {"data": {"key": "cm90YXRlZA=="}})
    wait_for(lambda: _deployment(api)["metadata"]["generation"] > before, "the sensor is changed")

    settled(api, agent)
    assert _deployment(api)["metadata"]["generation"] == before + 1


def test_deleted_child_comes_back(api: Api, agent: Obj) -> None:
    gone = _daemonset(api)

    api.delete(gone)
    wait_for(
        lambda: (api.get(gone) or gone)["metadata"]["uid"] != gone["metadata"]["uid"],
        "the DaemonSet is there again",
    )

    assert identity(agent)


def _bindings(api: Api) -> list[str]:
    return [name for _, kind, _, name in versions(api) if kind == "ClusterRoleBinding"]


def _children(api: Api, agent: Obj) -> Versions:
    time.sleep(WRITE_SECONDS)
    at_rest = settled(api, agent)
    return {child: version for child, version in at_rest.items() if child != identity(agent)}


def _wait_for_condition(api: Api, agent: Obj, type_: str, status: str) -> None:
    def holds() -> bool:
        found: dict[str, Any] = api.get(agent) or {}
        generation = found["metadata"]["generation"]
        conditions = (found.get("status") or {}).get("conditions") or []
        return (type_, status, generation) in {
            (each["type"], each["status"], each["observedGeneration"]) for each in conditions
        }

    wait_for(holds, f"{type_} is {status}")


def _daemonset(api: Api) -> Obj:
    return _workload(api, "DaemonSet", "instana-agent")


def _deployment(api: Api) -> Obj:
    return _workload(api, "Deployment", "instana-agent-k8sensor")


def _workload(api: Api, kind: str, name: str) -> Obj:
    metadata = {"name": name, "namespace": NAMESPACE}
    found = api.get({"apiVersion": "apps/v1", "kind": kind, "metadata": metadata})
    assert found
    return found


def _volume(workload: Obj, name: str) -> Obj:
    volumes = workload["spec"]["template"]["spec"]["volumes"]
    found: Obj = next(each for each in volumes if each["name"] == name)
    return found


def _image(api: Api) -> str:
    image: str = _daemonset(api)["spec"]["template"]["spec"]["containers"][0]["image"]
    return image
