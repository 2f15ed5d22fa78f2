"""`takeover rollback`, for real: with the record of the takeover back to the Go operator."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hooks.cli.command_line import main
from hooks.kube.differences import differing_paths
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
from tests.cluster.many import BY_CONTROLLERS, children, wait_until_settled
from tests.cluster.metacontroller import STRATEGIES, Recorder, metacontroller, service

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

    applied, back = _apply(strategy, tmp_path), _roll_back(tmp_path)

    assert applied.exit_code == 3, applied.output
    assert back.exit_code == 0, back.output
    assert _metadata(api, agent) == before
    assert (api.get(agent) or {})["metadata"]["finalizers"] == FINALIZERS
    assert _replicas(api, agent) == 1
    again = _roll_back(tmp_path)
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
        _apply(strategy, records)
        with metacontroller(api, strategy, loop.port, logs / f"rollback-{strategy}.log"):
            wait_until_settled(api, [agent])
            second = _apply(strategy, records)
            api.merge(agent, {"spec": {"agent": {"env": {OURS: "1"}}}})
            wait_until_settled(api, [agent])
            changed, deleted = _specs(api, agent), _cluster_wide(api)
            back = _roll_back(records)
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
    assert _differing(before, _specs(api, agent)) == []


def _differing(before: dict[Identity, Any], after: dict[Identity, Any]) -> list[str]:
    """Return the fields in which the objects that existed before are not as they were."""
    return [
        f"{place[1]}/{place[3]} {path}"
        for place, spec in before.items()
        for path in differing_paths(spec, after.get(place))
    ]


def _apply(strategy: str, directory: Path) -> Result:
    record = str(directory / "record.json")
    command = ["takeover", "apply", "--yes", "--record", record, "--apply-strategy", strategy]
    return CliRunner().invoke(main, command)


def _roll_back(directory: Path) -> Result:
    record = str(directory / "record.json")
    return CliRunner().invoke(main, ["takeover", "rollback", "--yes", "--record", record])


def _let_the_operator_apply(api: Api, agent: Obj) -> None:
    """Apply what the Go operator applies at its start, and again once that has changed something.

    It applies `affinity: {}`: the first time the API server drops the empty part with what it had.
    """
    for child in [*recorded(CASE), *recorded(CASE)]:
        api.apply(owned(moved(child, agent["metadata"]["namespace"]), agent), manager=OPERATOR)


def _children(api: Api, agent: Obj) -> dict[Identity, Obj]:
    return children(api, [agent["metadata"]["namespace"]])


def _metadata(api: Api, agent: Obj) -> dict[Identity, Obj]:
    """Return the metadata of the children, without what counts or dates their changes."""
    return {place: _lasting(each["metadata"]) for place, each in _children(api, agent).items()}


def _lasting(metadata: Obj) -> Obj:
    rest = {
        name: part
        for name, part in metadata.items()
        if name not in ("resourceVersion", "generation")
    }
    return rest | {"managedFields": [_undated(entry) for entry in _of_object(metadata)]}


def _undated(entry: Obj) -> Obj:
    return {name: part for name, part in entry.items() if name != "time"}


def _of_object(metadata: Obj) -> list[Obj]:
    return [entry for entry in metadata.get("managedFields", []) if "subresource" not in entry]


def _specs(api: Api, agent: Obj) -> dict[Identity, Any]:
    """Return what the children are, apart from their status and metadata; data counts too."""
    return {
        place: {name: part for name, part in each.items() if name not in ("metadata", "status")}
        | {"labels": each["metadata"]["labels"], "annotations": _annotations(each)}
        for place, each in _children(api, agent).items()
        if not place[3].endswith("-dependents")
    }


def _annotations(child: Obj) -> Obj:
    """Return the annotations that no controller of Kubernetes writes."""
    annotations = child["metadata"].get("annotations") or {}
    return {name: text for name, text in annotations.items() if name not in BY_CONTROLLERS}


def _managers(api: Api, agent: Obj) -> set[tuple[str, str]]:
    return {
        (entry["manager"], entry["operation"])
        for each in _children(api, agent).values()
        for entry in _of_object(each["metadata"])
    }


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
