"""The service or Metacontroller is away for a while: nothing is lost, and it goes on by itself."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from hooks.kube.objects import identity
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import rendered, resource
from tests.cluster.loop import Versions, remove, settled, version_of, versions
from tests.cluster.metacontroller import STRATEGIES, Recorder, metacontroller, service

pytestmark = pytest.mark.loop

AWAY_SECONDS = 3.0
RECOVERY_SECONDS = 20.0
"""Metacontroller's back-off doubles: a call comes at the latest as long again as the pause was."""


AGENT = resource("minimal")
CHILDREN = {
    identity(each) for each in [*rendered("minimal").children, *rendered("minimal").attachments]
}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_service_is_away_for_a_while(strategy: str, api: Api, logs: Path) -> None:
    with ExitStack() as loop, ExitStack() as first:
        recorder = Recorder(first.enter_context(service(logs / "first.log")))
        log = logs / f"recovery-{strategy}.log"
        loop.enter_context(metacontroller(api, strategy, recorder.port, log))
        before = _created(api)

        first.close()
        edited = api.merge(AGENT, {"spec": {"agent": {"mode": "AWS"}}})
        time.sleep(AWAY_SECONDS)
        assert versions(api) | version_of(api, AGENT) == before | {
            identity(AGENT): edited["metadata"]["resourceVersion"]
        }

        recorder.service_port = loop.enter_context(service(logs / "second.log"))
        wait_for(lambda: _has_followed(api, edited), "the edit is followed", RECOVERY_SECONDS)
        remove(api, AGENT, [])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_metacontroller_is_started_again(strategy: str, api: Api, logs: Path) -> None:
    log = logs / f"restart-{strategy}.log"
    with service(logs / "service.log") as port:
        recorder = Recorder(port)
        with metacontroller(api, strategy, recorder.port, log):
            before = _created(api)
        calls = len(recorder.exchanges)
        with metacontroller(api, strategy, recorder.port, log):
            wait_for(lambda: len(recorder.exchanges) > calls, "the hook is called again")
            assert settled(api, AGENT) == before
            remove(api, AGENT, [])
        recorder.close()


def _created(api: Api) -> Versions:
    """Create the resource; return the resource versions once everything is there and at rest."""
    api.apply(AGENT)
    wait_for(lambda: set(versions(api)) >= CHILDREN, "all children are there")
    return settled(api, AGENT)


def _has_followed(api: Api, edited: Obj) -> bool:
    status = (api.get(AGENT) or {}).get("status") or {}
    daemonset = api.get(
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": AGENT["metadata"]}
    )
    env = (daemonset or {})["spec"]["template"]["spec"]["containers"][0]["env"]
    is_observed = status.get("observedGeneration") == edited["metadata"]["generation"]
    return is_observed and {"name": "INSTANA_AGENT_MODE", "value": "AWS"} in env
