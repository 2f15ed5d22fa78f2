"""Which namespaces have cluster-wide rights is a setting.

They are given once Metacontroller asks whose agents count, which a change of the controller makes
it do, and taken with the next resync.
"""

from pathlib import Path

import pytest

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import BINDINGS, remove
from tests.cluster.metacontroller import STRATEGIES, Recorder, metacontroller, service

pytestmark = pytest.mark.loop

RESYNC_SECONDS = 1
WITHIN_SECONDS = 20.0
CONTROLLER: Obj = {
    "apiVersion": "metacontroller.k8s.io/v1alpha1",
    "kind": "DecoratorController",
    "metadata": {"name": "instana-cluster-rbac"},
}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_rights_follow_the_setting(strategy: str, api: Api, logs: Path) -> None:
    agent = resource("minimal")
    settings = {"INSECURE": "1"}
    with (
        service(logs / "there.log", **settings, AGENT_NAMESPACES=NAMESPACE) as there,
        service(logs / "elsewhere.log", **settings, AGENT_NAMESPACES="elsewhere") as elsewhere,
    ):
        recorder = Recorder(elsewhere)
        log = logs / f"metacontroller-namespaces-{strategy}.log"
        with metacontroller(api, strategy, recorder.port, log, RESYNC_SECONDS):
            api.apply(agent)
            wait_for(lambda: len(recorder.syncs_of("instana-agent")) > 1, "the agent is looked at")
            assert not _bound(api)

            recorder.service_port = there
            api.merge(CONTROLLER, {"spec": {"resyncPeriodSeconds": RESYNC_SECONDS + 1}})
            wait_for(lambda: len(_bound(api)) == 2, "it has rights", WITHIN_SECONDS)

            recorder.service_port = elsewhere
            wait_for(lambda: not _bound(api), "it has no rights any more", WITHIN_SECONDS)
            remove(api, agent, [])
        recorder.close()


def _bound(api: Api) -> list[str]:
    found = api.list("ClusterRoleBinding", "rbac.authorization.k8s.io/v1", labelSelector=BINDINGS)
    return [each["metadata"]["name"] for each in found]
