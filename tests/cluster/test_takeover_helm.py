"""Taking over from the Helm-based generations, from states that a real Helm left."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.objects import Identity, identity
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.former import (
    OF_HELM,
    install_by_helm,
    let_sensors_run,
    moved,
    narrowed,
    of_helm_operator,
    of_release,
)
from tests.cluster.loop import running_loop
from tests.cluster.many import children, everywhere, sync_errors, wait_until_settled
from tests.cluster.metacontroller import STRATEGIES
from tests.support.agreed import agreed
from tests.support.helm_era import STATES, WITH_OLD_SENSOR

OF_OPERATOR = "by-operator"
"""The first state as the Helm-based operator left it: owned by the resource, with a finalizer."""

PLACES = (*STATES, OF_OPERATOR)

pytestmark = [
    pytest.mark.loop,
    pytest.mark.timeout(300),
]


@dataclass
class Seen:
    """What was there at each stage, all namespaces together."""

    api: Api
    before: dict[str, Obj]
    results: dict[str, Result] = field(default_factory=dict)
    old_sensors: dict[str, set[str]] = field(default_factory=dict)
    adopted: dict[Identity, Obj] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    left: set[Identity] = field(default_factory=set)

    def take_over(self, stage: str, strategy: str) -> None:
        command = ["takeover", "apply", "--apply-strategy", strategy, *agreed("apply")]
        self.results[stage] = CliRunner().invoke(main, command)
        found = everywhere(self.api, "Deployment", "apps/v1", **OF_HELM)
        self.old_sensors[stage] = {each["metadata"]["namespace"] for each in found}


def place_of(state: str, strategy: str) -> str:
    return f"helm-{strategy.partition('-')[0]}-{state}"


@pytest.fixture(scope="module", params=STRATEGIES, name="strategy")
def _strategy(request: pytest.FixtureRequest) -> str:
    strategy: str = request.param
    return strategy


@pytest.fixture(scope="module", name="seen")
def _seen(strategy: str, api: Api, logs: Path) -> Iterator[Seen]:
    narrow = PLACES[STRATEGIES.index(strategy) :: 2]
    agents = [
        _installed(api, state, place_of(state, strategy), is_narrow=state in narrow)
        for state in PLACES
    ]
    before = {
        each["metadata"]["namespace"]: each
        for each in everywhere(api, "DaemonSet", "apps/v1", **OF_HELM)
    }
    seen = Seen(api, before)
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("AGENT_NAMESPACES", "*")
        try:
            _go_through(seen, strategy, agents, logs)
            yield seen
        finally:
            _clear(api, agents)


def _installed(api: Api, state: str, namespace: str, *, is_narrow: bool) -> Obj:
    """Make one state and the resource that takes it over; returns the resource."""
    install_by_helm(api, STATES[0] if state == OF_OPERATOR else state, namespace)
    agent = moved(resource("minimal"), namespace)
    agent = api.apply(narrowed(agent) if is_narrow else agent)
    return of_helm_operator(api, agent) if state == OF_OPERATOR else agent


def _go_through(seen: Seen, strategy: str, agents: list[Obj], logs: Path) -> None:
    namespaces = [each["metadata"]["namespace"] for each in agents]
    seen.take_over("before the loop", strategy)
    with running_loop(seen.api, strategy, logs):
        wait_until_settled(seen.api, agents)
        seen.adopted = children(seen.api, namespaces)
        seen.take_over("no sensor yet", strategy)
        let_sensors_run(seen.api, namespaces)
        seen.take_over("sensors run", strategy)
        seen.take_over("again", strategy)
        seen.errors = sync_errors(seen.api, agents)
    seen.left = {identity(obj) for obj in of_release(seen.api, namespaces)}


def _clear(api: Api, agents: list[Obj]) -> None:
    for agent in agents:
        api.merge(agent, {"metadata": {"finalizers": None}})
        api.delete(agent)
        name = agent["metadata"]["namespace"]
        api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    wait_for(lambda: not everywhere(api, "InstanaAgent", "instana.io/v1"), "resources are gone")


@pytest.mark.parametrize("stage", ["before the loop", "no sensor yet"])
def test_old_sensors_stay_until_the_new_ones_run(stage: str, seen: Seen, strategy: str) -> None:
    assert seen.results[stage].exit_code == 3, seen.results[stage].output
    assert seen.old_sensors[stage] == {
        place_of(state, strategy) for state in (*WITH_OLD_SENSOR, OF_OPERATOR)
    }


def test_everything_old_goes_once_they_run(seen: Seen) -> None:
    assert seen.results["sensors run"].exit_code == 0, seen.results["sensors run"].output
    assert seen.left == set()


def test_then_there_is_nothing_to_do(seen: Seen) -> None:
    assert seen.results["again"].stdout == "nothing to do\n"


@pytest.mark.parametrize("state", PLACES)
def test_daemonset_is_adopted_with_its_selector(state: str, seen: Seen, strategy: str) -> None:
    place = place_of(state, strategy)
    adopted = seen.adopted[("apps/v1", "DaemonSet", place, "instana-agent")]

    assert adopted["metadata"]["uid"] == seen.before[place]["metadata"]["uid"]
    assert adopted["spec"]["selector"] == seen.before[place]["spec"]["selector"]


@pytest.mark.parametrize("state", PLACES)
def test_nothing_of_the_old_pods_is_left(state: str, seen: Seen, strategy: str) -> None:
    adopted = seen.adopted[("apps/v1", "DaemonSet", place_of(state, strategy), "instana-agent")]
    (container,) = adopted["spec"]["template"]["spec"]["containers"]
    names = {each["name"] for each in container["env"]}
    volumes = {each["name"] for each in adopted["spec"]["template"]["spec"]["volumes"]}

    assert "INSTANA_AGENT_LEADER_ELECTOR_PORT" not in names
    assert not volumes & {"configuration", "var-lib"}
    assert "helm.sh/chart" not in adopted["metadata"]["labels"]
    assert identity(adopted)


def test_nothing_was_refused(seen: Seen) -> None:
    assert seen.errors == []
