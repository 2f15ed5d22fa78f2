"""`takeover rollback`, for real: with the record of the takeover back to the Go operator."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooks.kube.objects import Identity, identity
from tests.cluster.api import CLUSTER_SCOPED, Api, Obj
from tests.cluster.former import (
    CONTROLLERS,
    FINALIZERS,
    OPERATOR,
    deploy_operator,
    laid_out,
    moved,
    owned,
    recorded,
)
from tests.cluster.many import children, wait_until_settled
from tests.cluster.metacontroller import STRATEGIES, Recorder, metacontroller, service
from tests.cluster.rolling_back import content, differing, lasting, managers, roll_back, take_over

CASE = "proxy-auth"
OURS = "ONLY_OURS"
pytestmark = [
    pytest.mark.loop,
    pytest.mark.timeout(400),
]


@pytest.fixture(name="agent")
def _agent(api: Api, request: pytest.FixtureRequest) -> Iterator[Obj]:
    with laid_out(api, CASE, request.node.name) as agent:
        operator = deploy_operator(api, agent["metadata"]["namespace"])
        yield agent
        api.delete(operator)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_back_at_once(strategy: str, api: Api, agent: Obj, tmp_path: Path) -> None:
    """Before Metacontroller has written anything, each object is again exactly as it was."""
    before = _metadata(api, agent)

    applied, back = take_over(strategy, tmp_path), roll_back(tmp_path)

    assert applied.exit_code == 3, applied.output
    assert back.exit_code == 0, back.output
    assert _metadata(api, agent) == before
    assert (api.get(agent) or {})["metadata"]["finalizers"] == FINALIZERS
    assert _replicas(api, agent) == 1
    again = roll_back(tmp_path)
    assert (again.exit_code, again.stdout) == (0, "nothing to do\n")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_back_from_metacontroller(
    strategy: str,
    api: Api,
    agent: Obj,
    logs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What Metacontroller wrote since goes with the next apply of the Go operator."""
    monkeypatch.setenv("AGENT_NAMESPACES", "*")
    records = logs / f"records-{strategy}"
    records.mkdir()
    before = _specs(api, agent)
    roles = _cluster_wide(api)
    with service(logs / "rollback-service.log") as port:
        loop = Recorder(port)
        take_over(strategy, records)
        with metacontroller(api, strategy, loop.port, logs / f"rollback-{strategy}.log"):
            wait_until_settled(api, [agent])
            second = take_over(strategy, records)
            api.merge(agent, {"spec": {"agent": {"env": {OURS: "1"}}}})
            wait_until_settled(api, [agent])
            changed, deleted = _specs(api, agent), _cluster_wide(api)
            back = roll_back(records)
            gone = [api.get(controller) is None for controller in CONTROLLERS]
        loop.close()

    assert second.exit_code == 0, second.output
    assert OURS in str(changed)
    assert deleted == set()
    assert back.exit_code == 0, back.output
    assert gone == [True, True]
    assert _cluster_wide(api) == roles
    assert _managers(api, agent) == {(OPERATOR, "Apply")}
    _let_the_operator_apply(api, agent)
    assert differing(before, _specs(api, agent)) == []


def _let_the_operator_apply(api: Api, agent: Obj) -> None:
    """Apply what the Go operator applies at its start, and again once that has changed something.

    It applies `affinity: {}`: the first time the API server drops the empty part with what it had.
    """
    for child in [*recorded(CASE), *recorded(CASE)]:
        api.apply(owned(moved(child, agent["metadata"]["namespace"]), agent), manager=OPERATOR)


def _children(api: Api, agent: Obj) -> dict[Identity, Obj]:
    return children(api, [agent["metadata"]["namespace"]])


def _metadata(api: Api, agent: Obj) -> dict[Identity, Obj]:
    return {place: lasting(child["metadata"]) for place, child in _children(api, agent).items()}


def _specs(api: Api, agent: Obj) -> dict[Identity, Any]:
    """Return what the children are, apart from what the service alone has."""
    return {
        place: content(child)
        for place, child in _children(api, agent).items()
        if not place[3].endswith("-dependents")
    }


def _managers(api: Api, agent: Obj) -> set[tuple[str, str]]:
    return managers(_children(api, agent).values())


def _cluster_wide(api: Api) -> set[Identity]:
    """Return the cluster-wide objects of the Go operator that exist."""
    wide = [each for each in recorded(CASE) if each["kind"] in CLUSTER_SCOPED]
    return {identity(each) for each in wide if api.get(each)}


def _replicas(api: Api, agent: Obj) -> int:
    name, namespace = "instana-agent-controller-manager", agent["metadata"]["namespace"]
    metadata = {"name": name, "namespace": namespace}
    found = api.get({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata})
    assert found
    replicas: int = found["spec"]["replicas"]
    return replicas
