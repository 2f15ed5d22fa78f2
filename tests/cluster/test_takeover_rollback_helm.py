"""`takeover rollback` of the takeover of a Helm release, for real; then Helm installs it again."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from hooks.kube.objects import Identity, identity
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.former import (
    CONTROLLERS,
    RELEASE,
    install_by_helm,
    let_sensors_run,
    moved,
    of_release,
)
from tests.cluster.many import everywhere, wait_until_settled
from tests.cluster.metacontroller import STRATEGIES, Recorder, metacontroller, service
from tests.cluster.rolling_back import content, differing, lasting, managers, roll_back, take_over
from tests.support.helm import helm, needs_helm
from tests.support.helm_era import STATES, WITH_OLD_SENSOR, recorded_state

NOT_BROUGHT_BACK = {("Secret", RELEASE), ("ConfigMap", "instana-agent")}
"""Helm's own record, and what may hold a credential (docs/migrate.md)."""

HELM, COMMAND = ("helm", "Update"), ("instana-agent-takeover", "Update")
"""Managers of fields, and how they write."""

pytestmark = [
    pytest.mark.loop,
    pytest.mark.timeout(400),
]


@dataclass(frozen=True)
class Place:
    """A namespace with a release, and the resource that takes it over."""

    api: Api
    state: str
    agent: Obj

    @property
    def namespace(self) -> str:
        namespace: str = self.agent["metadata"]["namespace"]
        return namespace

    def release(self) -> dict[Identity, Obj]:
        return {identity(obj): obj for obj in of_release(self.api, [self.namespace])}


@pytest.fixture(name="place")
def _place(api: Api, request: pytest.FixtureRequest) -> Iterator[Place]:
    state = request.param
    namespace = f"rollback-{state}"
    install_by_helm(api, state, namespace)
    place = Place(api, state, api.apply(moved(resource("minimal"), namespace)))
    yield place
    for obj in (place.agent, *place.release().values()):
        api.delete(obj)
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    api.delete(home)
    wait_for(lambda: api.get(home) is None, "the namespace is gone", 90)


@pytest.mark.parametrize("place", STATES, indirect=True)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_back_at_once(strategy: str, place: Place, tmp_path: Path) -> None:
    """Before Metacontroller has written anything, each object is again as it was.

    The labels that change back have the command as their manager; for Helm this does not matter.
    """
    before = _metadata(place)

    applied, back = take_over(strategy, tmp_path), roll_back(tmp_path)

    assert applied.exit_code == 3, applied.output
    assert back.exit_code == 0, back.output
    assert len(before) > len(recorded_state(place.state))
    assert _metadata(place) == before
    assert managers(place.release().values()) == {HELM, COMMAND}
    again = roll_back(tmp_path)
    assert (again.exit_code, again.stdout) == (0, "nothing to do\n")


@needs_helm
@pytest.mark.parametrize("place", WITH_OLD_SENSOR[:1], indirect=True)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_back_from_metacontroller(
    strategy: str, place: Place, logs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the takeover deleted exists again, and Helm adopts everything and corrects the rest."""
    monkeypatch.setenv("AGENT_NAMESPACES", "*")
    before = place.release()
    with service(logs / "rollback-service.log") as port:
        loop = Recorder(port)
        first = take_over(strategy, tmp_path)
        with metacontroller(place.api, strategy, loop.port, logs / f"rollback-{strategy}.log"):
            wait_until_settled(place.api, [place.agent])
            let_sensors_run(place.api, [place.namespace])
            last = take_over(strategy, tmp_path)
            taken = place.release()
            back = roll_back(tmp_path)
            gone = [place.api.get(controller) is None for controller in CONTROLLERS]
        loop.close()
    after = place.release()

    assert (first.exit_code, last.exit_code) == (3, 0), last.output
    assert taken == {}
    assert back.exit_code == 0, back.output
    assert gone == [True, True]
    assert {(each[1], each[3]) for each in before.keys() - after.keys()} == NOT_BROUGHT_BACK
    assert all(f"Not brought back: {kind} " in back.stderr for kind, _ in NOT_BROUGHT_BACK)
    assert not {name for name, _ in managers(after.values())} & {"metacontroller"}
    assert _uids(after, "DaemonSet") == _uids(before, "DaemonSet")
    assert roll_back(tmp_path).stdout == "nothing to do\n"

    _install_again(place, tmp_path)

    assert differing(_contents(before), _contents(place.release())) == []


def _metadata(place: Place) -> dict[Identity, Obj]:
    found = {name: lasting(obj["metadata"]) for name, obj in place.release().items()}
    return {name: metadata | {"managedFields": []} for name, metadata in found.items()}


def _contents(objects: dict[Identity, Obj]) -> dict[Identity, Obj]:
    return {name: content(obj) for name, obj in objects.items() if name[3] != RELEASE}


def _uids(objects: dict[Identity, Obj], kind: str) -> set[str]:
    return {obj["metadata"]["uid"] for obj in objects.values() if obj["kind"] == kind}


def _install_again(place: Place, directory: Path) -> None:
    """Install what the chart was with the same name, in the same namespace, as the page says."""
    chart = directory / "instana-agent"
    (chart / "templates").mkdir(parents=True)
    metadata = {"apiVersion": "v2", "name": "instana-agent", "version": "1.2.74"}
    (chart / "Chart.yaml").write_text(json.dumps(metadata))
    objects = [moved(obj, place.namespace) for obj in recorded_state(place.state)]
    (chart / "objects.yaml").write_text(yaml.safe_dump_all(objects))
    (chart / "templates/all.yaml").write_text('{{ .Files.Get "objects.yaml" }}')
    options = ("--force", "--namespace", place.namespace, "--kubeconfig", os.environ["KUBECONFIG"])
    helm("install", "instana-agent", str(chart), *options)
    assert everywhere(place.api, "Secret", "v1", fieldSelector=f"metadata.name={RELEASE}")
