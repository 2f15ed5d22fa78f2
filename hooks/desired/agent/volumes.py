"""Volumes of the agent's pods and their mounts, in the Go operator's order."""

from hooks.desired import names
from hooks.desired.agent.package_cache import package_cache_mounts
from hooks.desired.agent.tls_secret import secret_name
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Source, secrets_volume
from hooks.desired.inputs.resolution import is_resolved
from hooks.desired.pod.held import Mounted, unless_held
from hooks.desired.pod.mounts import SECRETS_VOLUME, config_mount, secrets_mount
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


def _host_directories(*directories: tuple[str, str, str | None]) -> tuple[Mounted, ...]:
    return tuple(
        Mounted(
            volume={"name": name, "hostPath": {"path": path} | ({"type": kind} if kind else {})},
            mount={"mountPath": path, "mountPropagation": "HostToContainer", "name": name},
        )
        for name, path, kind in directories
    )


WITHOUT_BOSH = _host_directories(*HOST_DIRECTORIES, *FURTHER_HOST_DIRECTORIES)
ON_PLAIN_KUBERNETES = _host_directories(
    *HOST_DIRECTORIES, *CLOUD_FOUNDRY_DIRECTORIES, *FURTHER_HOST_DIRECTORIES
)
MACHINE_ID = Mounted(
    volume={"name": "machine-id", "hostPath": {"path": "/etc/machine-id"}},
    mount={"mountPath": "/etc/machine-id", "name": "machine-id"},
)


def agent_mounts(context: Context, observed: Obj | None) -> tuple[Mounted, ...]:
    """Return the built-in volumes of the agent's pods with their mounts."""
    return (
        *(WITHOUT_BOSH if _is_without_bosh(context) else ON_PLAIN_KUBERNETES),
        MACHINE_ID,
        config_mount(context, items=None),
        *_tls(context, observed),
        *_repository(context),
        *package_cache_mounts(context, observed),
        _namespaces(context),
        *_secrets(context, observed),
    )


def _is_without_bosh(context: Context) -> bool:
    """Tell whether the nodes are known to be no machines of BOSH, as Cloud Foundry's are."""
    return context.is_openshift or bool(context.agent.spec.platform)


def _tls(context: Context, observed: Obj | None) -> tuple[Mounted, ...]:
    volume = _tls_volume(context)
    mount = {"mountPath": names.CERTIFICATES_DIRECTORY, "name": TLS_VOLUME, "readOnly": True}
    return unless_held(
        observed,
        names.CONTAINER,
        TLS_VOLUME,
        ready=all(is_resolved(context, each) for each in of_tls(context.agent)),
        desired=(Mounted(volume, mount),) if volume else (),
    )


def _tls_volume(context: Context) -> Obj:
    """Return the volume with certificate and key; empty where TLS is off."""
    files = context.agent.spec.agent.tls.files
    if files:
        sources = {file: Source(entry.name, entry.key) for file, entry in files}
        return secrets_volume(TLS_VOLUME, sources, names.GROUP_READABLE)
    secret = secret_name(context)
    source = {"defaultMode": names.GROUP_READABLE, "secretName": secret}
    return {"name": TLS_VOLUME, "secret": source} if secret else {}


def _repository(context: Context) -> tuple[Mounted, ...]:
    path = context.agent.spec.agent.host.repository
    if not path:
        return ()
    return (
        Mounted(
            volume={"name": "repo", "hostPath": {"path": path}},
            mount={"mountPath": names.REPOSITORY_DIRECTORY, "name": "repo"},
        ),
    )


def _namespaces(context: Context) -> Mounted:
    return Mounted(
        volume={
            "name": "namespaces-details",
            "configMap": {
                "defaultMode": names.GROUP_READABLE,
                "name": names.namespaces_configmap(context.agent.name),
            },
        },
        mount={"mountPath": names.NAMESPACES_DIRECTORY, "name": "namespaces-details"},
    )


def _secrets(context: Context, observed: Obj | None) -> tuple[Mounted, ...]:
    credentials = (*context.credentials.of_agent, context.credentials.https_proxy)
    return unless_held(
        observed,
        names.CONTAINER,
        SECRETS_VOLUME,
        ready=context.credentials.are_usable_for_agent,
        desired=secrets_mount(credentials) if context.agent.spec.use_secret_mounts else (),
    )
