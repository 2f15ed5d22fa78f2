"""What an optional component of `metacontroller/` adds, for a loop in which it takes part."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.cluster.account import NAME, NAMESPACE
from tests.cluster.api import Api, Obj

COMPONENTS = Path("metacontroller/components")
RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class Component:
    """A component by the name of its directory."""

    name: str

    def settings(self, **others: str) -> dict[str, str]:
        """Return the settings of a service with the component, and those others."""
        (variable,) = self._added("Deployment")
        return {"INSECURE": "1", **others, variable["name"]: variable["value"]}

    def give_rights(self, api: Api) -> None:
        """Give Metacontroller's account the rights of the component."""
        metadata = {"name": f"tests-{self.name}"}
        role = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole"}
        api.apply(role | {"metadata": metadata, "rules": self._added("ClusterRole")})
        api.apply(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": metadata,
                "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": metadata["name"]},
                "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
            }
        )

    def _added(self, kind: str) -> list[Obj]:
        """Return what the component adds to objects of the kind."""
        kustomization = COMPONENTS / self.name / "kustomization.yaml"
        patches = yaml.safe_load(kustomization.read_text())["patches"]
        return [
            step["value"]
            for patch in patches
            if patch["target"]["kind"] == kind
            for step in yaml.safe_load(patch["patch"])
        ]


NODE_ZONES = Component("node-zones")
POD_STATUS = Component("pod-status")
