"""The stand-in does what Metacontroller does: the same writes, the same requests to the hooks."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest

from hooks.kube.objects import Obj, annotations_of
from tests.cluster import local_cluster, metacontroller
from tests.cluster.api import Api, wait_for
from tests.cluster.audit import AuditLog, Seen, forget_causes
from tests.cluster.cases import NAMESPACE, rendered, resource, surroundings
from tests.cluster.conftest import prepared_api
from tests.cluster.loop import Versions, remove, running_loop, settled, versions
from tests.cluster.many import ALL_SECONDS
from tests.cluster.metacontroller import STRATEGIES, Exchange, Recorder, needs_metacontroller
from tests.cluster.steady import steady
from tests.support.resources import merged

pytestmark = [
    pytest.mark.loop,
    needs_metacontroller,
    local_cluster.needs_cluster,
    pytest.mark.timeout(900),
]

CASE = "keys-secret"
REST_SECONDS = 2.0
MARK = "tests/step"
LABEL = "app.kubernetes.io/component"
Act: TypeAlias = Callable[[Api], object]


def _obj(api_version: str, kind: str, name: str, **fields: Obj) -> Obj:
    metadata = {"name": name, "namespace": NAMESPACE, **fields.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


AGENT = _obj("instana.io/v1", "InstanaAgent", "instana-agent")
KEYS = _obj("v1", "Secret", "instana-agent-key")
CONFIG = _obj("v1", "Secret", "instana-agent-config")
SERVICE = _obj("v1", "Service", "instana-agent")
ACCOUNT = _obj("v1", "ServiceAccount", "instana-agent")
DAEMON_SET = _obj("apps/v1", "DaemonSet", "instana-agent")


WANTED = merged(resource(CASE), {"spec": {"k8s_sensor": {"deployment": {"enabled": False}}}})
"""Without pods: which of a Deployment's come first is a matter of chance."""


def _labelled(name: str) -> Obj:
    """Return an object that has the labels of a child, and is none."""
    labels = next(
        each["metadata"]["labels"] for each in rendered(CASE).children if each["kind"] == "Secret"
    )
    return _obj("v1", "ConfigMap", name, metadata={"labels": labels})


def _spec(**agent: object) -> Act:
    return lambda api: api.merge(AGENT, {"spec": {"agent": agent}})


def _lose_label(api: Api) -> None:
    """Take a label away by which children are known, and give it back once that was noticed."""
    labels = (api.get(DAEMON_SET) or {})["metadata"]["labels"]
    api.merge(DAEMON_SET, {"metadata": {"labels": {LABEL: None}}})
    settled(api, AGENT)
    api.merge(DAEMON_SET, {"metadata": {"labels": labels}})


def _left_behind(api: Api) -> None:
    """Make a child that lost its owner, and an object that has the labels of children."""
    owner = {"metadata": {"ownerReferences": None}}
    api.merge(ACCOUNT, owner)
    api.create(_labelled("left-behind"))


STEPS: dict[str, Act] = {
    "created": lambda api: api.apply(WANTED),
    "another image": _spec(image={"tag": "1.2.3"}),
    "an invalid edit": _spec(configuration_yaml="not: [yaml", mode="AWS"),
    "the edit mended": _spec(configuration_yaml="whole: true"),
    "a rotated Secret": lambda api: api.merge(KEYS, {"data": {"key": "cm90YXRlZA=="}}),
    "a Secret gone": lambda api: api.delete(KEYS),
    "a Secret back": lambda api: api.apply_all(surroundings(CASE)),
    "a child deleted": lambda api: api.delete(ACCOUNT),
    "a child's spec changed": lambda api: api.merge(
        SERVICE, {"spec": {"internalTrafficPolicy": "Cluster"}}
    ),
    "a child's content changed": lambda api: api.merge(
        CONFIG, {"data": {"cluster_name": "b3RoZXI="}}
    ),
    "a child's label gone, and back": _lose_label,
    "a child without an owner, and a stranger": _left_behind,
}


@dataclass
class Run:
    """What one program did, step by step, and what it asked the hook at the end of each."""

    seen: dict[str, Seen] = field(default_factory=dict)
    asked: dict[str, Obj] = field(default_factory=dict)

    def watched(self) -> frozenset[str]:
        return frozenset().union(*(seen.watched for seen in self.seen.values()))


@pytest.fixture(scope="module", name="log")
def _log(tmp_path_factory: pytest.TempPathFactory) -> AuditLog:
    return AuditLog(tmp_path_factory.mktemp("audit"))


@pytest.fixture(scope="module", name="audited")
def _audited(log: AuditLog) -> Iterator[Api]:
    with local_cluster.started(log.folder / "state", log.flags()) as kubeconfig:
        yield prepared_api(kubeconfig)


@pytest.fixture(scope="module", params=STRATEGIES, name="runs")
def _runs(
    request: pytest.FixtureRequest,
    audited: Api,
    log: AuditLog,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Run, Run]:
    """Run the same with the stand-in, and with Metacontroller."""
    folder = tmp_path_factory.mktemp("runs")
    program = folder / "metacontroller"  # which is also what it calls itself as a field manager
    program.symlink_to(Path(metacontroller.binary() or "").resolve())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(metacontroller, "binary", lambda: None)
        stand_in = _run(audited, request.param, log, folder)
        patched.setattr(metacontroller, "binary", lambda: str(program))
        return stand_in, _run(audited, request.param, log, folder)


@dataclass(frozen=True)
class Loop:
    """The running loop, and what is seen of it."""

    api: Api
    recorder: Recorder
    log: AuditLog

    def do(self, step: str, act: Act) -> Obj:
        """Do something and wait for all that follows; returns what the hook is asked after that."""
        calls = len(self._calls())
        act(self.api)
        wait_for(lambda: len(self._calls()) > calls, "the hook is asked")
        wait_for(self._is_followed, "the status is that of the resource")
        self._rest()
        self.api.merge(AGENT, {"metadata": {"annotations": {MARK: step}}})
        wait_for(lambda: self._mark() == step, "the hook is asked once more")
        asked = _comparable(self._calls()[-1].asked)
        self._rest()
        return asked

    def _mark(self) -> str:
        annotations = annotations_of(self._calls()[-1].asked["parent"])
        return annotations.get(MARK, "")

    def _rest(self) -> None:
        last, since = self._state(), time.monotonic()

        def is_at_rest() -> bool:
            nonlocal last, since
            if (state := self._state()) != last:
                last, since = state, time.monotonic()
            return time.monotonic() - since > REST_SECONDS

        wait_for(is_at_rest, "nothing more happens", ALL_SECONDS)

    def _calls(self) -> list[Exchange]:
        return self.recorder.syncs_of(AGENT["metadata"]["name"])

    def _state(self) -> tuple[int, int, Versions]:
        return len(self.recorder.exchanges), self.log.size(), versions(self.api)

    def _is_followed(self) -> bool:
        agent = self.api.get(AGENT) or {}
        generation = agent["metadata"]["generation"]
        return bool((agent.get("status") or {}).get("observedGeneration") == generation)


def _comparable(request: Obj) -> Obj:
    """Return a request without what is a matter of chance, and what Metacontroller adds to a rule.

    The API server orders owners of fields by the time of their last write.
    """
    asked = steady({name: part for name, part in request.items() if name != "controller"})
    groups = [*asked["children"].values(), *asked["related"].values()]
    for obj in [asked["parent"], *(each for group in groups for each in group.values())]:
        obj["metadata"]["managedFields"].sort(key=_owner)
    forget_causes(asked["parent"])
    return asked


def _owner(entry: Obj) -> tuple[str, str, str]:
    return entry["manager"], entry["operation"], entry.get("subresource", "")


def _run(api: Api, strategy: str, log: AuditLog, folder: Path) -> Run:
    run = Run()
    log.seen()
    api.apply_all(surroundings(CASE))
    with running_loop(api, strategy, folder) as recorder:
        for step, act in STEPS.items():
            _take(run, step, Loop(api, recorder, log), act)
    (other,) = {*STRATEGIES} - {strategy}
    with running_loop(api, other, folder) as recorder:
        _take(run, "started again, to apply in the other way", Loop(api, recorder, log), _nothing)
        remove(api, AGENT, surroundings(CASE))
        run.seen["removed"] = log.seen()
    return run


def _take(run: Run, step: str, loop: Loop, act: Act) -> None:
    asked = loop.do(step, act)
    run.asked[step] = asked
    run.seen[step] = loop.log.seen()


def _nothing(_: Api) -> None:
    """Do nothing: what is awaited comes by itself."""


def test_same_writes(runs: tuple[Run, Run]) -> None:
    stand_in, real = runs

    assert {step: seen.writes for step, seen in stand_in.seen.items()} == {
        step: seen.writes for step, seen in real.seen.items()
    }


def test_every_step_has_a_write(runs: tuple[Run, Run]) -> None:
    assert [step for step, seen in runs[0].seen.items() if not seen.writes] == []


def test_same_events(runs: tuple[Run, Run]) -> None:
    stand_in, real = runs

    assert {step: seen.events for step, seen in stand_in.seen.items()} == {
        step: seen.events for step, seen in real.seen.items()
    }


def test_same_kinds_are_watched(runs: tuple[Run, Run]) -> None:
    stand_in, real = runs

    assert stand_in.watched() == real.watched()


def test_same_requests(runs: tuple[Run, Run]) -> None:
    stand_in, real = runs

    assert stand_in.asked == real.asked
