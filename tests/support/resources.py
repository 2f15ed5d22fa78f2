"""Kubernetes objects as the API server holds them, for requests in tests."""

from base64 import b64encode
from copy import deepcopy
from typing import Any

from hooks.errors import InvalidResource
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rules import parse_agent

NAME = NAMESPACE = "instana-agent"


def problems(spec: Obj) -> list[str]:
    """Return the problems of the resource with that spec."""
    try:
        parse_agent(agent(spec))
    except InvalidResource as invalid:
        return [str(problem) for problem in invalid.problems]
    return []


def agent(
    spec: Obj | None = None, *, name: str = NAME, namespace: str = NAMESPACE, **more: Any
) -> Obj:
    """Return the smallest InstanaAgent, merged with the given spec; null takes a field away."""
    smallest = {
        "cluster": {"name": "cluster"},
        "agent": {"key": "agent-key", "endpointHost": "backend.example", "endpointPort": "443"},
    }
    metadata = {"name": name, "namespace": namespace, "uid": f"uid-{name}", "generation": 1}
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": metadata,
        "spec": merged(smallest, spec or {}),
        **more,
    }


def merged(base: Obj, changes: Obj) -> Obj:
    """Return the base with the changes, as a JSON merge patch makes them."""
    result = deepcopy(base)
    for field, change in changes.items():
        if change is None:
            result.pop(field, None)
        elif isinstance(change, dict) and isinstance(result.get(field), dict):
            result[field] = merged(result[field], change)
        else:
            result[field] = deepcopy(change)
    return result


def obj(kind: str, name: str, namespace: str = NAMESPACE, **fields: Any) -> Obj:
    """Return an object of a core kind; `""` for no namespace."""
    place = {"namespace": namespace} if namespace else {}
    metadata = {"name": name} | place | fields.pop("metadata", {})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields}


def secret(secret_name: str, **texts: str) -> Obj:
    """Return a Secret with the given texts; `_` in a name of an entry stands for `-`."""
    data = {
        name.replace("_", "-"): b64encode(text.encode()).decode() for name, text in texts.items()
    }
    return obj("Secret", secret_name, data=data)


def namespace(name: str, monitoring: str = "") -> Obj:
    """Return a Namespace, with the label for workload monitoring if one is given."""
    labels = {"instana-workload-monitoring": monitoring} if monitoring else {}
    return obj("Namespace", name, "", metadata={"labels": labels})


def etcd_service(name: str = "etcd", port: int = 2379, **annotations: str) -> Obj:
    """Return etcd's Service with its label; annotations by the part after `instana.io/`."""
    metadata = {
        "labels": {"component": "etcd"},
        "annotations": {f"instana.io/{key.replace('_', '-')}": v for key, v in annotations.items()},
    }
    ports = [{"name": "client", "port": 1}, {"name": "metrics", "port": port}]
    return obj("Service", name, "kube-system", metadata=metadata, spec={"ports": ports})


def etcd_slice(
    *addresses: str, service: str = "etcd", name: str = "etcd-1", port: int = 0, ready: bool = True
) -> Obj:
    """Return an EndpointSlice of etcd's Service; port 0 for one without a port of its own."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": name,
            "namespace": "kube-system",
            "labels": {"kubernetes.io/service-name": service},
        },
        "endpoints": [{"addresses": list(addresses), "conditions": {"ready": ready}}],
        "ports": [{"name": "metrics", "port": port}] if port else [],
    }
