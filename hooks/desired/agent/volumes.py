"""Built-in volumes of the agent's pods and their mounts."""

from dataclasses import replace

from hooks.desired import names
from hooks.desired.agent.tls_secret import secret_name
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Source, secrets_volume
from hooks.desired.inputs.unresolved import unresolved
from hooks.desired.pod.parts import Part, mounted
from hooks.kube.objects import Obj
from hooks.models.references import of_tls

TLS_VOLUME = "instana-agent-tls"

CREATED = "DirectoryOrCreate"
HOST_DIRECTORIES = (
    ("dev", "/dev", None),
    ("run", "/run", None),
    ("var-run", "/var/run", None),
)
CLOUD_FOUNDRY_DIRECTORIES = (
    ("var-run-kubo", "/var/vcap/sys/run/docker", CREATED),
    ("var-run-containerd", "/var/vcap/sys/run/containerd", CREATED),
    ("var-containerd-config", "/var/vcap/jobs/containerd/config", CREATED),
)
FURTHER_HOST_DIRECTORIES = (
    ("sys", "/sys", None),
    ("var-log", "/var/log", None),
    ("var-lib-instana", "/var/lib/instana", CREATED),
    ("var-data", "/var/data", CREATED),
)


def _host_directories(*directories: tuple[str, str, str | None]) -> Part:
    volumes = (
        {"name": name, "hostPath": {"path": path} | ({"type": kind} if kind else {})}
        for name, path, kind in directories
    )
    mounts = (
        {"mountPath": path, "mountPropagation": "HostToContainer", "name": name}
        for name, path, _ in directories
    )
    return Part(volumes=tuple(volumes), mounts=tuple(mounts))


WITHOUT_BOSH = _host_directories(*HOST_DIRECTORIES, *FURTHER_HOST_DIRECTORIES)
ON_PLAIN_KUBERNETES = _host_directories(
    *HOST_DIRECTORIES, *CLOUD_FOUNDRY_DIRECTORIES, *FURTHER_HOST_DIRECTORIES
)
MACHINE_ID = mounted(
    {"name": "machine-id", "hostPath": {"path": "/etc/machine-id"}}, "/etc/machine-id"
)


def host_directories(context: Context) -> Part:
    """Return the directories of the node that agents look into."""
    return WITHOUT_BOSH if _is_without_bosh(context) else ON_PLAIN_KUBERNETES


def tls(context: Context) -> Part:
    """Return certificate and key of the agent's own endpoints, if TLS is on."""
    volume = _tls_volume(context)
    part = mounted(volume, names.CERTIFICATES_DIRECTORY, readOnly=True) if volume else Part()
    found = unresolved(context, *of_tls(context.agent))
    return replace(part, unresolved=found, also=frozenset({TLS_VOLUME}))


def _is_without_bosh(context: Context) -> bool:
    """Return whether the nodes are certainly not machines of BOSH, as Cloud Foundry's are."""
    return context.is_openshift or bool(context.agent.spec.platform)


def _tls_volume(context: Context) -> Obj:
    """Return the volume with certificate and key; empty where TLS is off."""
    files = context.agent.spec.agent.tls.files
    if files:
        sources = {file: Source(entry.name, entry.key) for file, entry in files}
        return secrets_volume(TLS_VOLUME, sources, names.GROUP_READABLE)
    secret = secret_name(context)
    source = {"defaultMode": names.GROUP_READABLE, "secretName": secret}
    return {"name": TLS_VOLUME, "secret": source} if secret else {}


def repository(context: Context) -> Part:
    """Return the directory of the node with the agent's Maven repository, if one is given."""
    path = context.agent.spec.agent.host.repository
    if not path:
        return Part()
    volume = {"name": "repo", "hostPath": {"path": path}}
    return mounted(volume, names.REPOSITORY_DIRECTORY)


def namespaces(context: Context) -> Part:
    """Return the file with the Namespaces that are labelled for workload monitoring."""
    source = {
        "defaultMode": names.GROUP_READABLE,
        "name": names.namespaces_configmap(context.agent.name),
    }
    volume = {"name": "namespaces-details", "configMap": source}
    return mounted(volume, names.NAMESPACES_DIRECTORY)
