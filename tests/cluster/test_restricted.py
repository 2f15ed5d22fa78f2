"""Fields for named groups only, on a real API server, as a tenant who may write InstanaAgents."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.guards import as_created
from tests.support.resources import agent

pytestmark = pytest.mark.definition

POLICY = Path("deploy/admission/restricted-fields/policy.yaml")
GROUP = "tenants"
RBAC = "rbac.authorization.k8s.io"
METADATA = {"name": "tests-tenants"}
RIGHTS: tuple[Obj, ...] = (
    {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": METADATA,
        "rules": [{"apiGroups": ["instana.io"], "resources": ["agents"], "verbs": ["*"]}],
    },
    {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": METADATA,
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": METADATA["name"]},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": GROUP}],
    },
)
OVERRIDDEN = agent({"overrides": {"agentDaemonSet": {"spec": {"minReadySeconds": 1}}}})
IMAGE = agent({"agent": {"image": {"name": "registry.example/agent", "tag": "1"}}})


@pytest.fixture(scope="module", autouse=True)
def _policy(api: Api) -> Iterator[None]:
    policies = list(yaml.safe_load_all(POLICY.read_text()))
    api.apply_all([*RIGHTS, *policies])
    wait_for(lambda: not created_as(api, GROUP, OVERRIDDEN).ok, "the policy is in force")
    yield
    for each in (*policies, *RIGHTS):
        api.delete(each)


def created_as(api: Api, group: str, obj: Obj) -> requests.Response:
    """Create the object as a user of a group; nothing is stored."""
    return api.session.post(
        api.url(obj, named=False),
        params={"dryRun": "All"},
        json=as_created(obj),
        headers={"Impersonate-User": "somebody", "Impersonate-Group": group},
    )


@pytest.mark.parametrize(
    ("obj", "path"), [(OVERRIDDEN, "spec.overrides"), (IMAGE, "spec.agent.image.name")]
)
def test_a_tenant_is_refused_and_a_named_group_is_not(obj: Obj, path: str, api: Api) -> None:
    refused = created_as(api, GROUP, obj)

    assert refused.status_code == requests.codes.unprocessable, refused.text
    assert f"denied request: {path}: " in refused.text
    assert created_as(api, "system:masters", obj).ok
    assert created_as(api, GROUP, agent()).ok
