"""The status says why pods are not ready, by a real Metacontroller that reads them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.component import POD_STATUS
from tests.cluster.loop import remove, running_loop, settled, sync_again, version_of
from tests.cluster.many import sync_errors
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.support.pods import crashed, crashing, healthy, pull_failure, unready, unschedulable

pytestmark = pytest.mark.loop

AGENT = resource("minimal")
NAME = AGENT["metadata"]["name"]
TOLERANT = {"tolerations": [{"operator": "Exists"}]}


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    POD_STATUS.give_rights(api)
    with running_loop(api, request.param, logs, settings=POD_STATUS.settings()) as recorder:
        yield recorder


@pytest.fixture(autouse=True)
def _agent(loop: Recorder, api: Api) -> Iterator[None]:
    assert loop.port
    api.apply(AGENT)
    wait_for(lambda: "rollout" in _status(api), "the first status")
    settled(api, AGENT)
    yield
    for name in ("a-1", "a-2"):
        _end(api, _placed(healthy(name, "n1")))
    remove(api, AGENT, [])


def test_the_status_follows_the_pods(loop: Recorder, api: Api) -> None:
    _show(api, pull_failure("a-1", "n1"))
    settled(api, AGENT)
    assert "pods" not in _status(api)

    api.merge(AGENT, {"spec": {"podStatus": "Enabled"}})
    wait_for(lambda: _causes(api) == {"ImagePullBackOff": 1}, "the image that does not come")
    (problem,) = _ours(api)
    assert (problem["pod"], problem["node"]) == ("a-1", "n1")
    _show(api, crashing("a-2", "n2"))
    both = {"CrashLoopBackOff": 1, "ImagePullBackOff": 1}
    wait_for(lambda: _causes(api) == both, "the pod that crashes")
    assert {"n1", "n2"} <= {*_status(api)["pods"]["nodesWithoutAgent"]["names"]}
    _show(api, unready("a-1", "n1"))
    wait_for(lambda: _causes(api) == {"CrashLoopBackOff": 1, "NotReady": 1}, "failing probes")
    _show(api, healthy("a-1", "n1"))
    _show(api, healthy("a-2", "n2"))
    wait_for(lambda: not _causes(api), "pods that are ready")

    api.merge(AGENT, {"spec": {"podStatus": "Disabled"}})
    wait_for(lambda: "pods" not in _status(api), "nothing more of pods")
    assert sync_errors(api, [AGENT]) == []
    assert loop.port


def test_the_stages_of_a_crash_write_no_status(loop: Recorder, api: Api) -> None:
    api.merge(AGENT, {"spec": {"podStatus": "Enabled"}})
    _show(api, crashing("a-1", "n1", count=3))
    wait_for(lambda: _causes(api) == {"CrashLoopBackOff": 1}, "the pod that crashes")
    settled(api, AGENT)
    sync_again(api, AGENT, loop, "first")
    settled(api, AGENT)
    before = version_of(api, AGENT)

    for stage in (
        crashing("a-1", "n1", count=4, state={"running": {}}),
        crashed("a-1", "n1"),
        crashing("a-1", "n1", count=5),
    ):
        calls = len(loop.syncs_of(NAME))
        _show(api, stage)
        wait_for(lambda calls=calls: len(loop.syncs_of(NAME)) > calls, "the stage is seen")  # type: ignore[misc]
        settled(api, AGENT)

    assert version_of(api, AGENT) == before


def test_a_pod_that_no_node_takes_is_told(loop: Recorder, api: Api) -> None:
    api.merge(AGENT, {"spec": {"podStatus": "Enabled"}})
    pod = unschedulable("a-1", "n1")
    _show(api, pod)
    wait_for(lambda: _causes(api) == {"FailedScheduling": 1}, "the pod without a node")

    assert [each["node"] for each in _ours(api)] == ["n1"]
    assert "n1" in _status(api)["pods"]["nodesWithoutAgent"]["names"]
    assert loop.port


def _show(api: Api, pod: Obj) -> None:
    """Have the pod in the cluster as a kubelet reports it."""
    placed = _placed(pod)
    placed["metadata"]["ownerReferences"] = [_owner(api)]
    api.apply({name: part for name, part in placed.items() if name != "status"})
    api.merge(placed, {"status": placed["status"]}, subresource="status")


def _end(api: Api, pod: Obj) -> None:
    """Delete the pod at once, as no kubelet ends it."""
    api.session.delete(api.url(pod), json={"gracePeriodSeconds": 0})
    wait_for(lambda: api.get(pod) is None, "the pod is gone")


def _placed(pod: Obj) -> Obj:
    """Return the pod in the namespace of the tests, where it stays although there is no node."""
    return pod | {
        "metadata": pod["metadata"] | {"namespace": NAMESPACE},
        "spec": pod["spec"] | TOLERANT,
    }


def _owner(api: Api) -> Obj:
    """Return the owner that keeps the DaemonSet from adopting, and then ending, the pod."""
    metadata = (api.get(AGENT) or {})["metadata"]
    kind = {"apiVersion": AGENT["apiVersion"], "kind": AGENT["kind"]}
    return kind | {"name": NAME, "uid": metadata["uid"], "controller": True}


def _status(api: Api) -> Obj:
    return (api.get(AGENT) or {}).get("status") or {}


def _ours(api: Api) -> list[Obj]:
    """Return the problems of agents: of the k8sensors' pods, nothing becomes without a kubelet."""
    problems = _status(api).get("pods", {}).get("problems", [])
    return [each for each in problems if each["component"] == "instana-agent"]


def _causes(api: Api) -> dict[str, int]:
    return {each["cause"]: each["count"] for each in _ours(api)}
