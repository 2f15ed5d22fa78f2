"""What the component node-zones adds to an installation, for a loop in which it takes part."""

from pathlib import Path

import yaml

from tests.cluster.account import NAME, NAMESPACE
from tests.cluster.api import Api, Obj

COMPONENT = Path("metacontroller/components/node-zones/kustomization.yaml")
SETTINGS = {"INSECURE": "1", "KUBERNETES_VERSION": "1.36"}
RBAC = "rbac.authorization.k8s.io"


def settings() -> dict[str, str]:
    """Return the settings of a service with the component, on this version of Kubernetes."""
    (variable,) = _added("Deployment")
    return SETTINGS | {variable["name"]: variable["value"]}


def give_rights(api: Api) -> None:
    """Give Metacontroller's account the rights of the component."""
    metadata = {"name": "tests-node-zones"}
    api.apply(
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": metadata,
            "rules": _added("ClusterRole"),
        }
    )
    api.apply(
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": metadata["name"]},
            "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
        }
    )


def _added(kind: str) -> list[Obj]:
    patches = yaml.safe_load(COMPONENT.read_text())["patches"]
    return [
        step["value"]
        for patch in patches
        if patch["target"]["kind"] == kind
        for step in yaml.safe_load(patch["patch"])
    ]
