"""The samples, as cases to try on a cluster."""

from pathlib import Path

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.rendering import Rendered, render
from tests.cluster.cases import resource
from tests.support.files import document_in

FOLDER = Path("deploy/samples")
SAMPLES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
CERTIFICATES: Obj = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "certificates.cert-manager.io"},
}
FACTS = Facts(etcd_copy_namespaces=("*",), kubernetes_version="1.36", node_zones=True)
PAIR: Obj = resource("tls-inline")["spec"]["agent"]["tls"]
ETCD: list[Obj] = [
    {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "openshift-etcd"},
        "data": data,
    }
    for kind, name, data in (
        ("ConfigMap", "etcd-ca-bundle", {"ca-bundle.crt": "PEM"}),
        ("Secret", "etcd-client", {"tls.crt": PAIR["certificate"], "tls.key": PAIR["key"]}),
    )
]
"""What OpenShift has of its etcd."""


def sample(name: str) -> Obj:
    """Return the resource of a sample."""
    found: Obj = document_in(FOLDER / f"{name}.yaml")
    return found


def rendered(name: str) -> Rendered:
    """Return what should be there for a sample, beside cert-manager and OpenShift's etcd."""
    found = render([sample(name), CERTIFICATES, *ETCD], FACTS, "2026-01-01T00:00:00Z")
    assert not found.problems
    return found
