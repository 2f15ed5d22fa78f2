"""A Namespace that gets the monitoring label, or loses it, costs each agent one write."""

from pathlib import Path

import pytest

from hooks.desired.agent.namespaces_configmap import MONITORING_LABEL
from hooks.desired.cluster_rbac import AGENT_ROLE, K8SENSOR_ROLE, RBAC_GROUP, binding_name
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import Versions, remove, running_loop, settled, versions
from tests.cluster.metacontroller import STRATEGIES

pytestmark = pytest.mark.loop

AGENT = resource("minimal")
NAME: str = AGENT["metadata"]["name"]
LIST = ("v1", "ConfigMap", NAMESPACE, f"{NAME}-namespaces")
BINDINGS = [
    (f"{RBAC_GROUP}/v1", "ClusterRoleBinding", "", binding_name(role, NAMESPACE, NAME))
    for role in (AGENT_ROLE, K8SENSOR_ROLE)
]
SHOP: Obj = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "gets-the-label"}}


def written_after(api: Api, before: Versions, label: str | None) -> tuple[Versions, set[str]]:
    """Label the Namespace; returns the versions afterwards, and the names of what was written.

    The resource itself, with its status, has a version, too.
    """
    api.merge(SHOP, {"metadata": {"labels": {MONITORING_LABEL: label}}})
    wait_for(lambda: versions(api)[LIST] != before[LIST], "the list changes")
    after = settled(api, AGENT)
    return after, {"/".join(key) for key in after if after[key] != before.get(key)}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_list_of_namespaces_that_changes_writes_no_status(
    api: Api, strategy: str, tmp_path: Path
) -> None:
    api.apply(SHOP)
    with running_loop(api, strategy, tmp_path):
        api.apply(AGENT)
        wait_for(lambda: {LIST, *BINDINGS} <= versions(api).keys(), "all children exist")
        at_rest = settled(api, AGENT)
        labelled, first = written_after(api, at_rest, "true")
        _, second = written_after(api, labelled, None)
        remove(api, AGENT, [])

    assert first == second == {"/".join(LIST)}
