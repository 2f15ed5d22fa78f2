"""The installation that this service was made for is taken over while its pods run.

An operator of the 2.x generation that was based on Helm, with the deprecated Kubernetes sensor: one
that is a Deployment, and one that is a part of the agents.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from hooks.cli.program.command_line import main
from hooks.desired.inputs.legacy import DISABLE_KUBERNETES_SENSOR_FILE
from hooks.kube.objects import Obj
from hooks.labels import K8SENSOR
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import resource
from tests.cluster.former import deploy_operator, install_by_helm, moved, of_helm_operator
from tests.cluster.loop import running_loop
from tests.cluster.many import everywhere, sync_errors
from tests.cluster.metacontroller import STRATEGIES
from tests.pods.telling import Told, as_lines, condition, line_of
from tests.pods.watching import Watch, moments, watching
from tests.pods.workloads import is_of, is_ready
from tests.support.agreed import agreed

pytestmark = pytest.mark.timeout(900)

SOON = 240.0
DONE, WAITING = 0, 3
"""How `takeover apply` ends: nothing is left to do, or the rest waits for something."""

NODES = 3
"""Of each installation: an agent has a port of its node, so that each node has only one."""

OLD_SENSOR = "kubernetes-sensor"
IN_AGENT = "kubernetes-sensor-in-agent"
STATES = ("kubernetes-sensor-deployment", IN_AGENT)
SEED = "tests.example/seed"
KINDS = [("Pod", "v1"), ("Secret", "v1"), ("InstanaAgent", "instana.io/v1")]


@dataclass
class Seen:
    """What happened while the installations were taken over."""

    strategy: str
    watches: dict[str, list[Watch]] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", params=STRATEGIES, name="seen")
def _seen(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Seen]:
    seen = Seen(request.param)
    _give_nodes(api)
    agents = [_installed(api, state, _place(state, seen)) for state in STATES]
    deploy_operator(api, agents[0]["metadata"]["namespace"])
    for agent in agents:
        wait_for(lambda agent=agent: _all_run(api, agent), "its pods are ready", SOON)  # type: ignore[misc]
    try:
        with ExitStack() as stack:
            for state in STATES:
                watched = stack.enter_context(watching(api, _place(state, seen), *KINDS))
                seen.watches[state] = watched
            _take_over(seen, api, agents, logs)
        yield seen
    finally:
        _clear(api, agents)


def test_a_sensor_is_ready_at_every_moment(seen: Seen) -> None:
    for state in STATES:
        counted = [_sensors(state, list(there.values())) for there in moments(seen.watches[state])]
        assert min(old + new for old, new in counted) >= 1, (state, counted)
        (first_old, first_new), (_, last_new) = counted[0], counted[-1]
        assert first_old
        assert (first_new, bool(last_new)) == (0, True)


def test_the_old_sensor_is_gone_at_last(seen: Seen) -> None:
    for state in STATES:
        *_, last = moments(seen.watches[state])
        assert not [each for each in last.values() if _is_old_sensor(each)]
        assert _sensors(state, list(last.values()))[0] == 0


def test_no_agent_restarts_more_than_once(seen: Seen) -> None:
    for state in STATES:
        pods = defaultdict(set)
        for there in moments(seen.watches[state]):
            for each in filter(_is_agent, there.values()):
                pods[each["spec"].get("nodeName")].add(each["metadata"]["uid"])
                statuses = each["status"].get("containerStatuses", [])
                assert not any(status["restartCount"] for status in statuses)
        pods.pop(None, None)
        assert len(pods) == NODES
        assert {len(found) for found in pods.values()} == {2}


def test_agents_were_replaced_one_by_one(seen: Seen) -> None:
    for state in STATES:
        there = [_ready_agents(list(found.values())) for found in moments(seen.watches[state])]
        assert min(there) >= NODES - 1


def test_the_command_waits_and_then_is_done(seen: Seen) -> None:
    assert seen.codes[0] == WAITING
    assert {*seen.codes[:-1]} == {WAITING}
    assert seen.codes[-1] == DONE
    assert seen.errors == []


def test_the_status_is_ready_at_last(seen: Seen, told: Told) -> None:
    for state in STATES:
        (resources,) = (each for each in seen.watches[state] if each.kind == "InstanaAgent")
        told[f"{state} is taken over, {seen.strategy}"] = as_lines(resources)
        last = resources.events[-1].obj
        assert condition(last, "Ready")["status"] == "True", line_of(last)
        assert last["status"]["agents"]["summary"] == f"{NODES}/{NODES}"


def _give_nodes(api: Api) -> None:
    """Give each installation nodes of its own."""
    names = sorted(each["metadata"]["name"] for each in api.list("Node", "v1"))
    assert len(names) >= NODES * len(STATES)
    for number, name in enumerate(names):
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
        place = number // NODES
        state = STATES[place] if place < len(STATES) else None
        api.merge(node, {"metadata": {"labels": {SEED: state}}})


def _installed(api: Api, state: str, namespace: str) -> Obj:
    """Make what the operator made of a resource; returns the resource."""
    selector = {"nodeSelector": {SEED: state}}
    agent = moved(resource("minimal"), namespace)
    agent["spec"]["agent"]["pod"] = selector
    install_by_helm(api, state, namespace, pod=selector)
    return of_helm_operator(api, api.apply(agent))


def _take_over(seen: Seen, api: Api, agents: list[Obj], logs: Path) -> None:
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("AGENT_NAMESPACES", "*")
        _apply(seen)
        with running_loop(api, seen.strategy, logs):
            wait_for(lambda: _apply(seen) == DONE, "all is taken over", SOON)
            for agent in agents:
                wait_for(lambda agent=agent: _is_done(api, agent), "it is ready", SOON)  # type: ignore[misc]
            seen.errors = sync_errors(api, agents)


def _apply(seen: Seen) -> int:
    command = ["takeover", "apply", "--apply-strategy", seen.strategy, *agreed("apply")]
    seen.codes.append(CliRunner().invoke(main, command).exit_code)
    return seen.codes[-1]


def _place(state: str, seen: Seen) -> str:
    """Return the namespace of an installation."""
    return f"seed-{seen.strategy.partition('-')[0]}-{state}"


def _all_run(api: Api, agent: Obj) -> bool:
    """Tell whether all pods of the operator and of what it made are ready."""
    place = agent["metadata"]["namespace"]
    pods = api.list("Pod", "v1", place)
    wanted = sum(
        each["spec"].get("replicas", NODES)
        for kind in ("DaemonSet", "Deployment")
        for each in api.list(kind, "apps/v1", place)
    )
    return len(pods) == wanted and all(map(is_ready, pods))


def _is_done(api: Api, agent: Obj) -> bool:
    """Tell whether the resource is ready, and nothing of the old sensor is left."""
    pods = api.list("Pod", "v1", agent["metadata"]["namespace"])
    found = api.get(agent) or {}
    is_ready = condition(found, "Ready").get("status") == "True"
    return is_ready and not any(map(_is_old_sensor, pods))


def _clear(api: Api, agents: list[Obj]) -> None:
    for agent in agents:
        api.merge(agent, {"metadata": {"finalizers": None}})
        api.delete(agent)
        name = agent["metadata"]["namespace"]
        api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    wait_for(lambda: not everywhere(api, "InstanaAgent", "instana.io/v1"), "they are gone", SOON)
    places = {agent["metadata"]["namespace"] for agent in agents}
    wait_for(lambda: not _pods_in(api, places), "their pods are gone", SOON)


def _pods_in(api: Api, places: set[str]) -> list[Obj]:
    found = everywhere(api, "Pod", "v1")
    return [each for each in found if each["metadata"]["namespace"] in places]


def _sensors(state: str, objects: list[Obj]) -> tuple[int, int]:
    """Return how many sensors are ready, old ones and new ones."""
    ready = [each for each in objects if each["kind"] == "Pod" and is_ready(each)]
    new = [each for each in ready if is_of(K8SENSOR, each)]
    if state != IN_AGENT:
        old = filter(_is_old_sensor, ready)
    else:
        old = filter(_is_agent, () if any(map(_switches_off, objects)) else ready)
    return len([*old]), len(new)


def _switches_off(obj: Obj) -> bool:
    """Tell whether it is the configuration by which agents have no sensor of their own."""
    return obj["kind"] == "Secret" and DISABLE_KUBERNETES_SENSOR_FILE in obj.get("data", {})


def _is_old_sensor(pod: Obj) -> bool:
    """Tell by the name of its ReplicaSet."""
    owners = pod["metadata"].get("ownerReferences", [])
    return pod["kind"] == "Pod" and any(each["name"].startswith(OLD_SENSOR) for each in owners)


def _is_agent(obj: Obj) -> bool:
    """Tell whether it is a pod of a DaemonSet."""
    owners = obj["metadata"].get("ownerReferences", [])
    return obj["kind"] == "Pod" and any(each["kind"] == "DaemonSet" for each in owners)


def _ready_agents(objects: list[Obj]) -> int:
    return len([each for each in objects if _is_agent(each) and is_ready(each)])
