"""Taking over what users installed with `kubectl apply`, under both apply strategies.

All installations of a strategy go through each stage together, each in a namespace of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.objects import Identity
from tests.cluster.api import CLUSTER_SCOPED, Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.former import install_by_kubectl, let_sensors_run, moved, narrowed
from tests.cluster.loop import running_loop
from tests.cluster.many import (
    children,
    everywhere,
    last_answer,
    left_over,
    sync_errors,
    wait_until_settled,
)
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.support.agreed import agreed
from tests.support.static_manifests import INSTALLATIONS, manifests

RETAINED_KINDS = ("DaemonSet", "Secret", "Service", "ServiceAccount")
FRESH = "static-fresh"
"""Where children are made that nobody had made before, to compare with."""

pytestmark = [
    pytest.mark.loop,
    pytest.mark.timeout(600),
]


@dataclass
class Seen:
    """What was there at each stage, all installations together."""

    api: Api
    strategy: str
    agents: dict[str, Obj]
    before: dict[str, list[Obj]]
    results: dict[str, Result] = field(default_factory=dict)
    after: dict[str, list[Obj]] = field(default_factory=dict)
    adopted: dict[Identity, Obj] = field(default_factory=dict)
    templates: dict[str, int] = field(default_factory=dict)
    leftovers: dict[str, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def take_over(self, stage: str, command: str = "apply") -> None:
        arguments = ["takeover", command, "--apply-strategy", self.strategy, *agreed(command)]
        self.results[stage] = CliRunner().invoke(main, arguments)

    @property
    def namespaces(self) -> list[str]:
        return [each["metadata"]["namespace"] for each in self.agents.values()]

    def child(self, installation: str, kind: str, name: str = "instana-agent") -> Obj:
        version = "apps/v1" if kind == "DaemonSet" else "v1"
        namespace = self.agents[installation]["metadata"]["namespace"]
        return self.adopted[(version, kind, namespace, name)]


def place_of(installation: str, strategy: str) -> str:
    return f"static-{strategy.partition('-')[0]}-{installation}"


@pytest.fixture(scope="module", params=STRATEGIES, name="seen")
def _seen(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Seen]:
    strategy: str = request.param
    narrow = INSTALLATIONS[STRATEGIES.index(strategy) :: 2]
    agents = {
        each: _installed(api, each, place_of(each, strategy), is_narrow=each in narrow)
        for each in INSTALLATIONS
    }
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": FRESH}})
    seen = Seen(api, strategy, agents, {each: _stored(api, each, strategy) for each in agents})
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("AGENT_NAMESPACES", "*")
        try:
            _go_through(seen, logs)
            yield seen
        finally:
            _clear(api, [*agents.values()])


def _installed(api: Api, installation: str, namespace: str, *, is_narrow: bool) -> Obj:
    """Make an installation and the resource that takes it over; returns the resource."""
    install_by_kubectl(api, installation, namespace)
    agent = moved(resource("minimal"), namespace)
    return api.apply(narrowed(agent) if is_narrow else agent)


def _stored(api: Api, installation: str, strategy: str) -> list[Obj]:
    """Return what is there of the manifests."""
    objects = [moved(each, place_of(installation, strategy)) for each in manifests(installation)]
    return [found for each in objects if (found := api.get(each))]


def _go_through(seen: Seen, logs: Path) -> None:
    agents = list(seen.agents.values())
    seen.take_over("looked at", "plan")
    seen.take_over("before the loop")
    seen.after = {each: _stored(seen.api, each, seen.strategy) for each in seen.agents}
    with running_loop(seen.api, seen.strategy, logs) as loop:
        wait_until_settled(seen.api, agents)
        seen.take_over("no sensor yet")
        let_sensors_run(seen.api, seen.namespaces)
        wait_until_settled(seen.api, agents)
        seen.take_over("sensors run")
        seen.take_over("again")
        seen.errors = sync_errors(seen.api, agents)
        seen.adopted = children(seen.api, seen.namespaces)
        seen.templates = {name: _templates(seen, name) for name in seen.agents}
        seen.leftovers = {name: _left_over(seen, name, loop) for name in seen.agents}


def _templates(seen: Seen, installation: str) -> int:
    """Return how many pod templates the DaemonSet has had: one more than it restarted agents."""
    uid = seen.child(installation, "DaemonSet")["metadata"]["uid"]
    revisions = everywhere(seen.api, "ControllerRevision", "apps/v1")
    owners = [owner for each in revisions for owner in each["metadata"].get("ownerReferences", [])]
    return sum(owner["uid"] == uid for owner in owners)


def _left_over(seen: Seen, installation: str, loop: Recorder) -> list[str]:
    """Return the fields of adopted objects that none of ours would have."""
    agent = seen.agents[installation]
    return [
        path
        for returned in last_answer(loop, agent)
        if returned["kind"] in RETAINED_KINDS
        for path in left_over(seen.api, _child_of(seen, returned, agent), returned, FRESH)
    ]


def _child_of(seen: Seen, returned: Obj, agent: Obj) -> Obj:
    place = agent["metadata"]["namespace"]
    name = returned["metadata"]["name"]
    return seen.adopted[(returned["apiVersion"], returned["kind"], place, name)]


def _clear(api: Api, agents: list[Obj]) -> None:
    for agent in agents:
        api.delete(agent)
        name = agent["metadata"]["namespace"]
        api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    wait_for(lambda: not everywhere(api, "InstanaAgent", "instana.io/v1"), "resources are gone")
    for each in [each for name in INSTALLATIONS for each in manifests(name)]:
        if each["kind"] in CLUSTER_SCOPED:
            api.delete(each)


def test_plan_says_that_all_can_be_taken_over(seen: Seen) -> None:
    result = seen.results["looked at"]

    assert result.exit_code == 0, result.output
    assert result.output.count("label it for adoption") == sum(
        each["kind"] in RETAINED_KINDS and each["metadata"]["name"].startswith("instana-agent")
        for objects in seen.before.values()
        for each in objects
    )


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_command_changes_nothing_but_metadata(installation: str, seen: Seen) -> None:
    pairs = list(zip(seen.before[installation], seen.after[installation], strict=True))

    assert len(pairs) == len(seen.before[installation])
    assert [_generation(one) for one, _ in pairs] == [_generation(other) for _, other in pairs]
    assert [_content(one) for one, _ in pairs] == [_content(other) for _, other in pairs]


def _generation(obj: Obj) -> int | None:
    generation: int | None = obj["metadata"].get("generation")
    return generation


def _content(obj: Obj) -> Obj:
    return {part: obj.get(part) for part in ("spec", "data", "rules", "subjects")}


@pytest.mark.parametrize("stage", ["before the loop", "no sensor yet"])
def test_the_rest_waits_for_the_new_pods(stage: str, seen: Seen) -> None:
    assert seen.results[stage].exit_code == 3, seen.results[stage].output


def test_then_all_of_it_goes_and_nothing_is_left_to_do(seen: Seen) -> None:
    assert seen.results["sensors run"].exit_code == 0, seen.results["sensors run"].output
    assert seen.results["again"].stdout == "nothing to do\n"
    kept = [
        each["metadata"]["name"]
        for name in seen.agents
        for each in _stored(seen.api, name, seen.strategy)
        if each["kind"] not in RETAINED_KINDS
    ]
    assert kept == []


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_daemonset_is_adopted_with_its_selector(installation: str, seen: Seen) -> None:
    (before,) = [each for each in seen.before[installation] if each["kind"] == "DaemonSet"]
    adopted = seen.child(installation, "DaemonSet")

    assert adopted["metadata"]["uid"] == before["metadata"]["uid"]
    assert adopted["spec"]["selector"] == before["spec"]["selector"]
    (owner,) = adopted["metadata"]["ownerReferences"]
    assert owner["uid"] == seen.agents[installation]["metadata"]["uid"]


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_agents_restart_once(installation: str, seen: Seen) -> None:
    assert seen.templates[installation] == 2


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_services_lead_to_the_new_pods_in_the_end(installation: str, seen: Seen) -> None:
    template = seen.child(installation, "DaemonSet")["spec"]["template"]
    selector = seen.child(installation, "Service", "instana-agent-headless")["spec"]["selector"]

    assert selector["app.kubernetes.io/component"] == "instana-agent"
    assert "app" not in selector
    assert selector.items() <= template["metadata"]["labels"].items()


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_nothing_of_the_manifests_is_left_in_what_was_adopted(
    installation: str, seen: Seen
) -> None:
    assert seen.leftovers[installation] == []


def test_nothing_was_refused(seen: Seen) -> None:
    assert seen.errors == []
