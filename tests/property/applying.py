"""What becomes of an answer: Metacontroller's two ways to apply it, and the API server's part.

Both in a few words, as far as the answers are concerned: dynamic apply is a three-way merge with an
annotation, server-side apply goes by `managedFields`. The server adds defaults and identity.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj, identity
from hooks.wire import decode, encode
from tests.stand_in.merging import annotated, updated

METACONTROLLER = "metacontroller"
GO_OPERATOR = "instana-agent-operator"

Children: TypeAlias = dict[str, dict[str, Obj]]
Apply: TypeAlias = Callable[[Obj | None, Obj], Obj]

CHILD_KINDS = (
    "ConfigMap.v1",
    "DaemonSet.apps/v1",
    "Deployment.apps/v1",
    "NetworkPolicy.networking.k8s.io/v1",
    "PersistentVolumeClaim.v1",
    "PodDisruptionBudget.policy/v1",
    "Secret.v1",
    "Service.v1",
    "ServiceAccount.v1",
)


def carried_out(answer: Obj, observed: Children, apply: Apply) -> Children:
    """Return the children after Metacontroller has applied an answer: the others are deleted."""
    children: Children = {kind: {} for kind in CHILD_KINDS}
    for child in answer["children"]:
        kind, key = kind_of(child), key_of(child)
        children[kind][key] = apply(observed.get(kind, {}).get(key), child)
    return children


def copied(value: Any) -> Any:
    """Return a deep copy of a JSON object."""
    return decode(encode(value))


def kind_of(obj: Obj) -> str:
    """Return the object's kind as Metacontroller writes it."""
    return f"{obj['kind']}.{obj['apiVersion']}"


def key_of(obj: Obj) -> str:
    """Return the object's key as Metacontroller writes it."""
    metadata = obj["metadata"]
    name: str = metadata["name"]
    return f"{metadata['namespace']}/{name}" if "namespace" in metadata else name


# Dynamic apply.


def dynamically(observed: Obj | None, desired: Obj) -> Obj:
    """Apply by merging what is observed, what was applied last, and what is desired."""
    result = updated(observed, desired) if observed else annotated(desired, desired)
    return stored(observed, result)


# Server-side apply.

KEYS_OF_LISTS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
ATOMIC = frozenset(
    {"configMapKeyRef", "fieldRef", "labelSelector", "namespaceSelector", "nodeSelector",
     "resourceFieldRef", "secretKeyRef", "selector"}
)  # fmt: skip


def by_server(observed: Obj | None, desired: Obj) -> Obj:
    """Apply on the server, as Metacontroller's field manager."""
    return applied_as(METACONTROLLER, observed, desired)


def by_server_as_go_operator(observed: Obj | None, desired: Obj) -> Obj:
    """Apply on the server under the Go operator's name, as an installation of its own may do."""
    return applied_as(GO_OPERATOR, observed, desired)


def applied_as(manager: str, observed: Obj | None, desired: Obj) -> Obj:
    """Apply on the server: fields that the manager gives up go, unless another one has them too."""
    live = copied(observed or {})
    entries = {each["manager"]: each for each in live.get("metadata", {}).get("managedFields", [])}
    before = entries.pop(manager, {}).get("fieldsV1", {})
    fields = fields_of(desired)
    for name in ("f:apiVersion", "f:kind"):
        fields.pop(name)
    for name in ("f:name", "f:namespace"):
        fields["f:metadata"].pop(name, None)
    owned = [fields, *(each["fieldsV1"] for each in entries.values())]
    result = _with_fields("", _without_fields(live, before, owned), desired)
    result["metadata"].get("annotations", {}).pop(LAST_APPLIED, None)
    entry = {"manager": manager, "operation": "Apply", "fieldsType": "FieldsV1"}
    entries[manager] = {**entry, "fieldsV1": fields}
    result["metadata"]["managedFields"] = [entries[name] for name in sorted(entries)]
    return stored(observed, result)


def fields_of(value: Any, name: str = "") -> Obj:
    """Return the `fieldsV1` of an applied value."""
    if isinstance(value, dict) and name not in ATOMIC:
        return {f"f:{field}": fields_of(part, field) for field, part in value.items()}
    keys = _keys(name, value)
    if keys:
        return {f"k:{_key(item, keys)}": {".": {}, **fields_of(item)} for item in value}
    return {}


def _keys(name: str, value: Any) -> tuple[str, ...]:
    """Return the fields that tell the items of a list apart, none for what is replaced whole."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return ()
    keys: tuple[str, ...] = KEYS_OF_LISTS.get(name, ())
    if name == "ports":
        keys = ("containerPort" if "containerPort" in (value or [{}])[0] else "port", "protocol")
    return keys if all(key in item for item in value for key in keys) else ()


def _key(item: Obj, keys: Iterable[str]) -> str:
    return encode({key: item[key] for key in sorted(keys)}).decode()


def _with_fields(name: str, live: Any, desired: Any) -> Any:
    if isinstance(live, dict) and isinstance(desired, dict) and name not in ATOMIC:
        wanted = {
            field: _with_fields(field, live.get(field), part) for field, part in desired.items()
        }
        return {**live, **wanted}
    keys = _keys(name, desired)
    if keys and isinstance(live, list):
        items = {_key(item, keys): item for item in live}
        wanted = {
            _key(item, keys): _with_fields("", items.get(_key(item, keys)), item)
            for item in desired
        }
        others = [item for key, item in items.items() if key not in wanted]
        return [*wanted.values(), *others]  # the server orders them as they were applied
    return desired


def _without_fields(live: Any, before: Obj, owned: list[Obj]) -> Any:
    """Return the live value without what was owned before and is not any more, by anyone."""
    if isinstance(live, dict):
        paths = {name: f"f:{name}" for name in live}
        return {
            name: _without_fields(part, before.get(paths[name], {}), _finer(owned, paths[name]))
            for name, part in live.items()
            if paths[name] not in before or any(paths[name] in fields for fields in owned)
        }
    items = {path[2:]: path for path in before if path.startswith("k:")}
    if isinstance(live, list) and items:
        kept = []
        for item in live:
            path = next((path for key, path in items.items() if _has(item, key)), "")
            if not path:
                kept.append(item)
            elif any(path in fields for fields in owned):
                kept.append(_without_fields(item, before[path], _finer(owned, path)))
        return kept
    return live


def _finer(owned: list[Obj], path: str) -> list[Obj]:
    return [fields[path] for fields in owned if path in fields]


def _has(item: Any, key: str) -> bool:
    return isinstance(item, dict) and _parts_of(key).items() <= item.items()


@lru_cache(maxsize=10_000)
def _parts_of(key: str) -> Obj:
    """Return the fields of a key, which nobody changes."""
    parts: Obj = json.loads(key)
    return parts


# The API server.

POD_DEFAULTS = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
}
CONTAINER_DEFAULTS = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
PROBE_DEFAULTS = {
    "failureThreshold": 3,
    "periodSeconds": 10,
    "successThreshold": 1,
    "timeoutSeconds": 1,
}
SPEC_DEFAULTS: dict[str, Obj] = {
    "DaemonSet": {"revisionHistoryLimit": 10},
    "Deployment": {
        "progressDeadlineSeconds": 600,
        "revisionHistoryLimit": 10,
        "strategy": {
            "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
            "type": "RollingUpdate",
        },
    },
    "Service": {
        "clusterIP": "10.96.0.7",
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "sessionAffinity": "None",
        "type": "ClusterIP",
    },
}
VOLUME_DEFAULTS: dict[str, Obj] = {
    "configMap": {"defaultMode": 420},
    "downwardAPI": {"defaultMode": 420},
    "hostPath": {"type": ""},
    "projected": {"defaultMode": 420},
    "secret": {"defaultMode": 420},
}


def stored(before: Obj | None, obj: Obj) -> Obj:
    """Return the object as the API server keeps it, over what it kept before."""
    obj = _with_defaults(copied(obj))
    metadata = obj["metadata"]
    uid = str(uuid5(NAMESPACE_URL, repr(identity(obj))))
    owner = {
        "apiVersion": "instana.io/v1",
        "controller": True,
        "kind": "InstanaAgent",
        "uid": "u-1",
    }
    for name, value in (
        ("creationTimestamp", "2026-01-01T00:00:00Z"),
        ("ownerReferences", [owner]),
        ("resourceVersion", "1"),
        ("uid", uid),
    ):
        metadata.setdefault(name, value)
    if obj["kind"] in {"DaemonSet", "Deployment"}:
        is_new_spec = before is None or before["spec"] != obj["spec"]
        metadata["generation"] = metadata.get("generation", 0) + is_new_spec
    if before is not None and before != obj:
        metadata["resourceVersion"] = str(int(metadata["resourceVersion"]) + 1)
    return obj


def _with_defaults(obj: Obj) -> Obj:
    if obj["kind"] in SPEC_DEFAULTS:
        _fill(obj["spec"], SPEC_DEFAULTS[obj["kind"]])
    pod = obj.get("spec", {}).get("template", {}).get("spec")
    if pod is None:
        return obj
    _fill(pod, POD_DEFAULTS)
    if "serviceAccountName" in pod:
        pod["serviceAccount"] = pod["serviceAccountName"]
    for container in pod.get("containers", []):
        _fill(container, CONTAINER_DEFAULTS)
        for probe in (container[name] for name in PROBES if name in container):
            _fill(probe, PROBE_DEFAULTS)
            _fill(probe.get("httpGet", {}), {"path": "/", "scheme": "HTTP"})
    for volume in pod.get("volumes", []):
        for source, defaults in VOLUME_DEFAULTS.items():
            if source in volume:
                _fill(volume[source], defaults)
    return obj


def _fill(obj: Obj, defaults: Mapping[str, Any]) -> None:
    for name, value in defaults.items():
        obj.setdefault(name, value)


def run(children: Children, *, healthy: bool) -> Children:
    """Return the children with the status that the controllers of workloads write."""
    result: Children = copied(children)
    available = 3 if healthy else 1
    for daemonset in result.get("DaemonSet.apps/v1", {}).values():
        daemonset["status"] = {
            "currentNumberScheduled": 3,
            "desiredNumberScheduled": 3,
            "numberReady": available,
            "numberAvailable": available,
            "numberMisscheduled": 0,
            "updatedNumberScheduled": 3,
            "observedGeneration": daemonset["metadata"]["generation"],
        }
    for deployment in result.get("Deployment.apps/v1", {}).values():
        deployment["status"] = {
            "replicas": 3,
            "readyReplicas": available,
            "updatedReplicas": 3,
            "availableReplicas": available,
            "observedGeneration": deployment["metadata"]["generation"],
        }
    return result


def essence(children: Children) -> list[Obj]:
    """Return the children without what says who wrote them and when, to see what has changed."""
    return [_essence(obj) for objects in children.values() for _, obj in sorted(objects.items())]


def _essence(obj: Obj) -> Obj:
    marks = {"managedFields", "resourceVersion"}
    metadata = {name: part for name, part in obj["metadata"].items() if name not in marks}
    annotations = {
        name: text for name, text in metadata.pop("annotations", {}).items() if name != LAST_APPLIED
    }
    return {
        **obj,
        "metadata": {**metadata, **({"annotations": annotations} if annotations else {})},
    }
