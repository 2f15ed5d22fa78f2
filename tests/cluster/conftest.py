"""The cluster that KUBECONFIG names, with what every test needs in it."""

from pathlib import Path

import pytest
import yaml

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE

CRD = Path("crd/agents.instana.io.yaml")
CLUSTER_ROLES = Path("deploy/base/cluster-roles.yaml")


@pytest.fixture(scope="session", name="api")
def _api() -> Api:
    return prepared_api()


@pytest.fixture(scope="session", name="logs")
def _logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


def prepared_api(kubeconfig: str = "") -> Api:
    """Return the API server after the definition and the ClusterRoles were applied.

    It is the one of the given file, or of KUBECONFIG.
    """
    api = Api.from_kubeconfig(kubeconfig)
    definition: Obj = yaml.safe_load(CRD.read_text())
    api.apply(definition)
    wait_for(lambda: _is_established(api, definition), "the resource is known to the API server")
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for role in yaml.safe_load_all(CLUSTER_ROLES.read_text()):
        api.apply(role)
    return api


def _is_established(api: Api, definition: Obj) -> bool:
    found = api.get(definition) or {}
    conditions = (found.get("status") or {}).get("conditions") or []
    return any((each["type"], each["status"]) == ("Established", "True") for each in conditions)
