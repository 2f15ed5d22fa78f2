"""ConfigMap `<name>-k8sensor`: the addresses of the backends."""

from hooks.desired import names
from hooks.desired.backends import Backend
from hooks.desired.context import Context
from hooks.desired.labels import K8SENSOR
from hooks.desired.metadata import metadata
from hooks.kube.objects import Obj


def k8sensor_configmap(context: Context) -> Obj:
    """Return the ConfigMap with `host:port` of each backend."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(context, names.k8sensor(context.agent.name), K8SENSOR),
        "data": {entry_of(backend): backend.address for backend in context.backends},
    }


def entry_of(backend: Backend) -> str:
    """Return the entry of the ConfigMap that holds the backend's address."""
    return f"backend{backend.suffix}"
