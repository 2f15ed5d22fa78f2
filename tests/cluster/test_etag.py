"""Entity tags on the real loop: an unchanged request costs no answer, a changed one gets one."""

from collections import Counter
from http import HTTPStatus
from pathlib import Path

import pytest
import yaml

from hooks.facts import Facts
from hooks.kube.objects import Obj, identity
from hooks.rendering import render
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import resource
from tests.cluster.loop import remove, settled, versions
from tests.cluster.metacontroller import STRATEGIES, Recorder, metacontroller, service
from tests.support.resources import merged

pytestmark = pytest.mark.loop

COMPONENT = Path("metacontroller/components/etag/kustomization.yaml")
AGENT = merged(resource("minimal"), {"spec": {"k8s_sensor": {"deployment": {"enabled": False}}}})
"""Ready where there is no node: what is not is looked at again after a while, and has no tag."""

NOW = "2026-01-01T00:00:00Z"
RESYNC_SECONDS = 1
RESYNCS = 5


def configuration() -> Obj:
    """Return what the component puts into each hook."""
    patch = yaml.safe_load(COMPONENT.read_text())["patches"][0]["patch"]
    found: Obj = yaml.safe_load(patch)[0]["value"]
    return found


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_tags_spare_answers_and_hide_no_change(strategy: str, api: Api, tmp_path: Path) -> None:
    answer = render([AGENT], Facts(), NOW)
    wanted = {identity(each) for each in [*answer.children, *answer.attachments]}
    with service(tmp_path / "service.log", INSECURE="1", ETAG="true") as port:
        loop = Recorder(port)
        log = tmp_path / "metacontroller.log"
        with metacontroller(api, strategy, loop.port, log, RESYNC_SECONDS, etag=configuration()):
            api.apply(AGENT)
            wait_for(lambda: wanted <= set(versions(api)), "the children")
            before = settled(api, AGENT)
            wait_for(lambda: _answers(loop)[HTTPStatus.NOT_MODIFIED] >= RESYNCS, "resyncs")
            at_rest = versions(api) | {identity(AGENT): before[identity(AGENT)]}

            api.merge(AGENT, {"spec": {"agent": {"mode": "AWS"}}})
            wait_for(lambda: _mode(api) == "AWS", "the change is followed")
            remove(api, AGENT, [])
        loop.close()

    assert at_rest == before
    assert _answers(loop).keys() == {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}


def _answers(loop: Recorder) -> Counter[int]:
    return Counter(each.status for each in loop.syncs_of(AGENT["metadata"]["name"]))


def _mode(api: Api) -> str:
    daemonset = api.get(
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": AGENT["metadata"]}
    )
    env = (daemonset or {})["spec"]["template"]["spec"]["containers"][0]["env"]
    modes = [each["value"] for each in env if each["name"] == "INSTANA_AGENT_MODE"]
    return modes[0] if modes else ""
