"""Copies of OpenShift's etcd certificates, for the k8sensor: ConfigMap and Secret.

The client's key opens all of etcd, so that it is copied only into namespaces that the installation
names. While a source is missing, a copy stays as it is.
"""

from dataclasses import replace

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.desired.pod.parts import Part, mounted
from hooks.kube.environment import plain
from hooks.kube.objects import Obj, as_objects
from hooks.kube.workloads import pod_spec
from hooks.labels import K8SENSOR

NAMESPACE = "openshift-etcd"
CA_SOURCE = "etcd-ca-bundle"
CLIENT_SOURCE = "etcd-client"
CA_ENTRIES = ("ca-bundle.crt",)
CLIENT_ENTRIES = ("tls.crt", "tls.key")
COPIED_FROM = "instana.io/copied-from"

METRICS_URL = "https://etcd.openshift-etcd.svc.cluster.local:9978/metrics"
REQUEST_TIMEOUT = "15s"
CA_DIRECTORY = "/etc/etcd-metrics-ca"
CLIENT_DIRECTORY = "/etc/etcd-client"
CA_VOLUME = "etcd-ca"
CLIENT_VOLUME = "etcd-client-cert"


def wants_copies(context: Context) -> bool:
    """Return whether the k8sensors are to read the metrics of OpenShift's own etcd."""
    sensor = context.agent.spec.k8s_sensor
    return sensor.deployment.enabled and context.is_openshift and not sensor.etcd.targets


def copies_etcd(context: Context) -> bool:
    """Return whether there are to be copies: depends on the resource and the installation only."""
    return wants_copies(context) and context.facts.may_copy_etcd(context.agent.namespace)


def etcd_copies(context: Context) -> list[Obj]:
    """Return both copies, or none: one is of no use without the other."""
    if not copies_etcd(context):
        return []
    authority = _copied(context, contract.CONFIG_MAP, CA_SOURCE, CA_ENTRIES)
    client = _copied(context, contract.SECRET, CLIENT_SOURCE, CLIENT_ENTRIES)
    if not (authority and client):
        return []
    common = {"apiVersion": "v1"}
    return [
        {**common, "kind": "ConfigMap", "data": authority, "metadata": _of(context, CA_SOURCE)},
        {
            **common,
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "data": client,
            "metadata": _of(context, CLIENT_SOURCE),
        },
    ]


def sources_found(context: Context) -> bool:
    """Return whether both sources are there, with all that is needed of them."""
    return bool(
        _source(context, contract.CONFIG_MAP, CA_SOURCE, CA_ENTRIES)
        and _source(context, contract.SECRET, CLIENT_SOURCE, CLIENT_ENTRIES)
    )


def etcd_access(context: Context) -> tuple[Part, ...]:
    """Return what the copies are used by: nothing where there are none."""
    if not etcd_copies(context):
        return ()
    variables = {
        "ETCD_CERT_FILE": f"{CLIENT_DIRECTORY}/tls.crt",
        "ETCD_KEY_FILE": f"{CLIENT_DIRECTORY}/tls.key",
        "ETCD_METRICS_URL": METRICS_URL,
        "ETCD_REQUEST_TIMEOUT": REQUEST_TIMEOUT,
    }
    client = replace(_client(copy_name(context, CLIENT_SOURCE)), env=plain(variables))
    if context.agent.spec.k8s_sensor.etcd.ca.secret_name:
        return (client,)
    return (_authority(copy_name(context, CA_SOURCE)), client)


def mounts_copy(child: Obj) -> bool:
    """Return whether a child is a k8sensor's Deployment that mounts a copy of the client's key.

    The Go operator calls the volume the same.
    """
    volumes = as_objects(pod_spec(child).get("volumes")) if child["kind"] == "Deployment" else []
    return any(volume.get("name") == CLIENT_VOLUME for volume in volumes)


def copy_name(context: Context, source: str) -> str:
    """Return the name of a copy, which no object of the user's is likely to have."""
    return f"{context.agent.name}-{source}"


def _of(context: Context, source: str) -> Obj:
    return metadata(
        context,
        copy_name(context, source),
        K8SENSOR,
        labels={COPIED_FROM: NAMESPACE},
        annotations={COPIED_FROM: f"{NAMESPACE}/{source}"},
    )


def _copied(context: Context, kind: str, source: str, entries: tuple[str, ...]) -> dict[str, str]:
    """Return the entries of a source; while it lacks one, those of the copy are retained."""
    found = _source(context, kind, source, entries)
    copy = context.observed(kind, copy_name(context, source))
    return found or _entries(copy or {}, entries)


def _source(context: Context, kind: str, source: str, entries: tuple[str, ...]) -> dict[str, str]:
    return _entries(context.related.get(kind, NAMESPACE, source) or {}, entries)


def _entries(obj: Obj, entries: tuple[str, ...]) -> dict[str, str]:
    """Return the entries of an object if none is missing or empty, else nothing."""
    found = {entry: (obj.get("data") or {}).get(entry) for entry in entries}
    return {entry: text for entry, text in found.items() if text} if all(found.values()) else {}


def _authority(name: str) -> Part:
    source = {
        "defaultMode": names.GROUP_READABLE,
        "items": [{"key": entry, "path": entry} for entry in CA_ENTRIES],
        "name": name,
    }
    volume = {"name": CA_VOLUME, "configMap": source}
    part = mounted(volume, CA_DIRECTORY, readOnly=True)
    return replace(part, env=plain({"ETCD_CA_FILE": f"{CA_DIRECTORY}/{CA_ENTRIES[0]}"}))


def _client(name: str) -> Part:
    source = {
        "defaultMode": names.GROUP_READABLE,
        "items": [{"key": entry, "path": entry} for entry in CLIENT_ENTRIES],
        "secretName": name,
    }
    volume = {"name": CLIENT_VOLUME, "secret": source}
    return mounted(volume, CLIENT_DIRECTORY, readOnly=True)
