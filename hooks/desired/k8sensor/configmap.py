"""ConfigMap `<name>-k8sensor`: the addresses of the backends."""

from hooks.desired import names
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.desired.labels import K8SENSOR
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


def is_kept(context: Context, backend: Backend) -> bool:
    """Tell whether there is a k8sensor of this very backend, not of another one at its position.

    Backends go by their position: where one is removed, the next takes its place and its names.
    """
    name = names.k8sensor(context.agent.name)
    observed = context.observed(names.CONFIG_MAP, name) or {}
    is_same = (observed.get("data") or {}).get(entry_of(backend)) == backend.address
    return is_same and context.observed_deployment(f"{name}{backend.suffix}") is not None
