"""Other ways: under the operator's name, handing over after the adoption, back to the operator."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.former import CONTROLLERS, OPERATOR, laid_out, moved, owned, recorded
from tests.cluster.loop import BINDINGS
from tests.cluster.many import children, everywhere, sync_errors, wait_until_settled
from tests.cluster.metacontroller import STRATEGIES, Recorder, metacontroller, service
from tests.cluster.taking_over import takeover
from tests.support.pages import block
from tests.support.tools import needs

CASE = "proxy-auth"
STRATEGY = "server-side-apply"
AFTERWARDS_SECONDS = 2.0
pytestmark = [
    pytest.mark.loop,
    pytest.mark.timeout(300),
]


@pytest.fixture(name="agent")
def _agent(api: Api, request: pytest.FixtureRequest) -> Iterator[Obj]:
    with laid_out(api, CASE, request.node.name) as agent:
        yield agent


def test_metacontroller_under_the_operators_name(
    api: Api, agent: Obj, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELD_MANAGER", OPERATOR)
    before = daemonset(api, agent)
    flags = (f"--apply-strategy-ssa-field-manager={OPERATOR}",)
    with service(logs / "name-service.log") as port:
        loop = Recorder(port)
        with metacontroller(api, STRATEGY, loop.port, logs / "name.log", flags=flags):
            wait_until_settled(api, [agent])
            adopted = daemonset(api, agent)
            api.merge(agent, {"spec": {"useSecretMounts": False}})
            wait_until_settled(api, [agent])
        loop.close()
    changed = daemonset(api, agent)

    assert adopted["spec"]["template"] == before["spec"]["template"]
    assert "instana-secrets" in volumes(adopted)
    assert "instana-secrets" not in volumes(changed)
    assert sync_errors(api, [agent]) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_handed_over_after_the_adoption(
    strategy: str, api: Api, agent: Obj, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_NAMESPACES", "*")
    before = daemonset(api, agent)
    with service(logs / "after-service.log") as port:
        loop = Recorder(port)
        with metacontroller(api, strategy, loop.port, logs / f"after-{strategy}.log"):
            wait_until_settled(api, [agent])
            result = takeover("apply", strategy)
            wait_until_settled(api, [agent])
            handed_over = daemonset(api, agent)
            api.merge(agent, {"spec": {"useSecretMounts": False}})
            wait_until_settled(api, [agent])
        loop.close()

    assert result.exit_code == 0, result.output
    assert handed_over["spec"]["template"] == before["spec"]["template"]
    assert "instana-secrets" not in volumes(daemonset(api, agent))
    assert sync_errors(api, [agent]) == []


@needs("jq")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_back_to_the_operator(
    strategy: str, api: Api, agent: Obj, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What docs/migrate.md says: delete the controllers, hand the fields back, start it again."""
    monkeypatch.setenv("AGENT_NAMESPACES", "*")
    namespace = agent["metadata"]["namespace"]
    with service(logs / "back-service.log") as port:
        loop = Recorder(port)
        with metacontroller(api, strategy, loop.port, logs / f"back-{strategy}.log"):
            wait_until_settled(api, [agent])
            api.merge(agent, {"spec": {"agent": {"env": {"ONLY_OURS": "1"}}}})
            wait_until_settled(api, [agent])
        with metacontroller(api, STRATEGY, loop.port, logs / "back.log"):
            wait_for(lambda: _applied_by_metacontroller(api, agent), "the fields are applied")
            before, bound = children(api, [namespace]), _bindings(api)
            for controller in CONTROLLERS:
                api.delete(controller)
            wait_for(lambda: not any(map(api.get, CONTROLLERS)), "the controllers are gone")
            time.sleep(AFTERWARDS_SECONDS)
        loop.close()

    assert {place: each["metadata"]["uid"] for place, each in before.items()} == {
        place: each["metadata"]["uid"] for place, each in children(api, [namespace]).items()
    }
    assert _bindings(api) == bound
    hand_back(namespace)
    assert _managers(api, agent) == {(OPERATOR, "Apply")}
    for child in recorded(CASE):
        api.apply(owned(moved(child, namespace), agent), manager=OPERATOR)
    assert environment(daemonset(api, agent)) == environment(_recorded_daemonset())


def hand_back(namespace: str) -> None:
    """Run the command of docs/migrate.md."""
    command = block("migrate.md", "sh", "managedFields")
    place = f"--namespace {namespace} "
    command = command.replace("--namespace instana-agent ", place)
    assert place in command
    script = f"set -o pipefail\n{command}"
    subprocess.run(["bash", "-c", script], check=True, text=True, capture_output=True)


def _managers(api: Api, agent: Obj) -> set[tuple[str, str]]:
    """Return who owns fields of the children, and how, apart from their status."""
    return {
        (entry["manager"], entry["operation"])
        for each in children(api, [agent["metadata"]["namespace"]]).values()
        for entry in each["metadata"]["managedFields"]
        if "subresource" not in entry
    }


def _applied_by_metacontroller(api: Api, agent: Obj) -> bool:
    return all(
        ("metacontroller", "Apply") in {(entry["manager"], entry["operation"]) for entry in fields}
        for each in children(api, [agent["metadata"]["namespace"]]).values()
        if (fields := each["metadata"]["managedFields"])
    )


def daemonset(api: Api, agent: Obj) -> Obj:
    metadata = {"name": agent["metadata"]["name"], "namespace": agent["metadata"]["namespace"]}
    found = api.get({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata})
    assert found
    return found


def volumes(workload: Obj) -> set[str]:
    return {each["name"] for each in workload["spec"]["template"]["spec"]["volumes"]}


def environment(workload: Obj) -> set[str]:
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    return {each["name"] for each in container["env"]}


def _bindings(api: Api) -> set[str]:
    found = everywhere(
        api, "ClusterRoleBinding", "rbac.authorization.k8s.io/v1", labelSelector=BINDINGS
    )
    return {each["metadata"]["name"] for each in found}


def _recorded_daemonset() -> Obj:
    (found,) = [each for each in recorded(CASE) if each["kind"] == "DaemonSet"]
    return found
