"""A paused resource and a roll-out that waits for approval, by a real Metacontroller."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import remove, running_loop, settled, sync_again
from tests.cluster.metacontroller import STRATEGIES, Recorder

pytestmark = pytest.mark.loop

AGENT = resource("minimal")
NAME = AGENT["metadata"]["name"]
PAUSED, APPROVE = "instana.io/paused", "instana.io/approve"
BY_HAND = "example.com/agent:by-hand"


def _child(kind: str, version: str, name: str) -> Obj:
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
    }


DAEMONSET = _child("DaemonSet", "apps/v1", NAME)
CONFIG = _child("Secret", "v1", f"{NAME}-config")


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        yield recorder


@pytest.fixture(autouse=True)
def _agent(loop: Recorder, api: Api) -> Iterator[None]:
    assert loop.port
    api.apply(AGENT)
    wait_for(lambda: bool(api.get(DAEMONSET) and api.get(CONFIG)), "the children")
    settled(api, AGENT)
    yield
    remove(api, AGENT, [])


def test_what_is_changed_by_hand_survives_a_pause(loop: Recorder, api: Api) -> None:
    _annotate(api, PAUSED, "true")
    wait_for(lambda: "Paused" in _conditions(api), "the status says that it is paused")
    api.merge(DAEMONSET, _image(BY_HAND))
    api.delete(CONFIG)
    api.merge(AGENT, {"spec": {"agent": {"image": {"tag": "7"}}}})
    before = settled(api, AGENT)

    sync_again(api, AGENT, loop, "first")
    sync_again(api, AGENT, loop, "second")

    rest = {key: version for key, version in before.items() if key[1] != AGENT["kind"]}
    assert rest.items() <= settled(api, AGENT).items()
    assert _image_of(api) == BY_HAND
    assert api.get(CONFIG) is None
    message = _conditions(api)["Paused"]["message"]
    assert f"change DaemonSet/{NAME}" in message
    assert f"create Secret/{NAME}-config" in message

    _annotate(api, PAUSED, None)
    wait_for(lambda: api.get(CONFIG) is not None, "the Secret is there again")
    wait_for(lambda: _image_of(api).endswith(":7"), "the resource counts again")
    wait_for(lambda: "Paused" not in _conditions(api), "the status says nothing of a pause")


def test_a_roll_out_waits_for_its_approval(loop: Recorder, api: Api) -> None:
    api.merge(AGENT, {"spec": {"rollout": {"policy": "Manual"}}})
    settled(api, AGENT)
    generation = (api.get(DAEMONSET) or {})["metadata"]["generation"]
    assert _conditions(api)["RolloutHeld"]["status"] == "False"

    api.merge(AGENT, {"spec": {"agent": {"image": {"tag": "8"}, "minReadySeconds": 3}}})
    wait_for(lambda: bool(_held(api)), "the change is held")
    before = settled(api, AGENT)
    sync_again(api, AGENT, loop, "third")
    rest = {key: version for key, version in before.items() if key[1] != AGENT["kind"]}

    assert rest.items() <= settled(api, AGENT).items()
    found = api.get(DAEMONSET) or {}
    assert found["spec"]["minReadySeconds"] == 3
    assert not _image_of(api).endswith(":8")
    (change,) = _held(api)
    assert change["changes"] == ["template.spec.containers[instana-agent].image"]
    assert change["workload"] == f"DaemonSet/{NAME}"

    _annotate(api, APPROVE, change["approval"])
    wait_for(lambda: _image_of(api).endswith(":8"), "the approved change")
    wait_for(lambda: not _held(api), "nothing is held any more")
    settled(api, AGENT)
    assert _conditions(api)["RolloutHeld"]["status"] == "False"
    last = api.get(DAEMONSET) or {}
    assert last["metadata"]["generation"] == generation + 2


def _annotate(api: Api, name: str, value: str | None) -> None:
    api.merge(AGENT, {"metadata": {"annotations": {name: value}}})


def _image(image: str) -> Obj:
    container = {"name": "instana-agent", "image": image}
    return {"spec": {"template": {"spec": {"containers": [container]}}}}


def _image_of(api: Api) -> str:
    found = api.get(DAEMONSET) or {}
    image: str = found["spec"]["template"]["spec"]["containers"][0]["image"]
    return image


def _status(api: Api) -> Obj:
    return (api.get(AGENT) or {}).get("status") or {}


def _conditions(api: Api) -> dict[str, Obj]:
    return {each["type"]: each for each in _status(api).get("conditions", [])}


def _held(api: Api) -> list[Obj]:
    held: list[Obj] = _status(api).get("rollout", {}).get("held", [])
    return held
