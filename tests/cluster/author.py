"""Somebody who may write InstanaAgents in one namespace, and nothing else."""

from tests.cluster.api import Api, Obj
from tests.cluster.cases import NAMESPACE

USER = "tests-author"
RBAC = "rbac.authorization.k8s.io"
METADATA = {"name": USER, "namespace": NAMESPACE}
RULE = {
    "apiGroups": ["instana.io"],
    "resources": ["agents"],
    "verbs": ["create", "delete", "get", "patch", "update"],
}
RIGHTS: tuple[Obj, ...] = (
    {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": METADATA, "rules": [RULE]},
    {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": METADATA,
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": USER},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": USER}],
    },
)


def author() -> Api:
    """Return the API server of KUBECONFIG as the author asks it, who is given the rights first."""
    api = Api.from_kubeconfig()
    api.apply_all(RIGHTS)
    api.session.headers["Impersonate-User"] = USER
    return api
