"""The account that Metacontroller runs as: with the rights of the manifests, and no others."""

from pathlib import Path

import yaml

from tests.cluster.api import Api, Obj

RIGHTS = Path("deploy/base/metacontroller-rights.yaml")
NAMESPACE = NAME = "metacontroller"
TOKEN_SECONDS = 6 * 60 * 60


def least_privileged(api: Api, folder: Path) -> Path:
    """Return a kubeconfig of Metacontroller's account, to which the manifests were applied."""
    for obj in yaml.safe_load_all(RIGHTS.read_text()):
        api.apply(obj)
    return account(api, folder)


def account(api: Api, folder: Path) -> Path:
    """Return a kubeconfig of Metacontroller's account, with the rights that it has already."""
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    api.apply(_account())
    file = folder / "metacontroller.kubeconfig"
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(_kubeconfig(api.server, _token(api))))
    return file


def open_namespace(api: Api, name: str) -> None:
    """Make a namespace in which Metacontroller may write children, as docs/install.md says."""
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    documents = yaml.safe_load_all(RIGHTS.read_text())
    binding: Obj = next(each for each in documents if each["kind"] == "RoleBinding")
    api.apply(binding | {"metadata": binding["metadata"] | {"namespace": name}})


def _account() -> Obj:
    metadata = {"name": NAME, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def _token(api: Api) -> str:
    asked = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": TOKEN_SECONDS},
    }
    response = api.session.post(f"{api.url(_account())}/token", json=asked)
    assert response.ok, response.text
    token: str = response.json()["status"]["token"]
    return token


def _kubeconfig(server: str, token: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": NAME, "cluster": {"server": server, "insecure-skip-tls-verify": True}}
        ],
        "users": [{"name": NAME, "user": {"token": token}}],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": NAME}}],
        "current-context": NAME,
    }
