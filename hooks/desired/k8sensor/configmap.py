"""ConfigMap `<name>-k8sensor`: the addresses of the backends."""

from hooks.desired import names
from hooks.desired.inputs.backend_addresses import entry_of
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.kube.objects import Obj
from hooks.labels import K8SENSOR


def k8sensor_configmap(context: Context) -> Obj:
    """Return the ConfigMap with `host:port` of each backend."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(context, names.k8sensor(context.agent.name), K8SENSOR),
        "data": {entry_of(backend): backend.address for backend in context.backends},
    }
