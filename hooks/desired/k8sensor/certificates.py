"""CA certificates of the k8sensor: of etcd and of the control plane."""

from dataclasses import dataclass

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.resolution import is_resolved, is_unknown
from hooks.desired.k8sensor.etcd_discovery import CA_SECRET, discovers_etcd
from hooks.desired.pod.held import Mounted, unless_held
from hooks.kube.environment import given
from hooks.kube.objects import Obj
from hooks.kube.workloads import env_of
from hooks.models.base import CertificateAuthority
from hooks.models.references import Reference, of_certificate
from hooks.rules.k8s_sensor import SERVICE_ACCOUNT_DIRECTORY

FILE = "ca.crt"
ETCD_DIRECTORY = "/var/run/secrets/etcd"
CONTROL_PLANE_DIRECTORY = "/var/run/secrets/control-plane-ca"


@dataclass(frozen=True, slots=True)
class _Use:
    volume: str
    variable: str


ETCD = _Use("etcd-ca", "ETCD_CA_FILE")
CONTROL_PLANE = _Use("control-plane-ca", "CONTROL_PLANE_CA_FILE")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A CA certificate: what is mounted for it, and the variable that names its file."""

    mounts: tuple[Mounted, ...]
    env: dict[str, Obj]


def etcd_certificate(
    context: Context, deployment: Obj | None, targets: tuple[str, ...]
) -> Certificate:
    """Return the CA of etcd: the user's, else the discovered one, else the cluster's own."""
    authority = context.agent.spec.k8s_sensor.etcd.ca
    if authority.secret_name:
        mounted = _mounted(ETCD.volume, authority, authority.mount_path or ETCD_DIRECTORY)
    elif _is_discovered(context, deployment, targets):
        discovered = CertificateAuthority(secretName=CA_SECRET)
        mounted = _mounted(ETCD.volume, discovered, ETCD_DIRECTORY)
    else:
        mounted = _unmounted(authority.mount_path or SERVICE_ACCOUNT_DIRECTORY)
    ready = is_resolved(context, of_certificate(authority, "etcd"))
    return _unless_held(deployment, ETCD, mounted, ready=ready)


def control_plane_certificate(context: Context, deployment: Obj | None) -> Certificate:
    """Return the CA of the control plane, if there is one."""
    authority = context.agent.spec.k8s_sensor.rest_client.ca
    if authority.secret_name:
        directory = authority.mount_path or CONTROL_PLANE_DIRECTORY
        mounted = _mounted(CONTROL_PLANE.volume, authority, directory)
    else:
        mounted = _unmounted(authority.mount_path)
    ready = is_resolved(context, of_certificate(authority, "restClient"))
    return _unless_held(deployment, CONTROL_PLANE, mounted, ready=ready)


@dataclass(frozen=True, slots=True)
class _Place:
    mounts: tuple[Mounted, ...]
    directory: str

    @property
    def file(self) -> str:
        return f"{self.directory.rstrip('/')}/{FILE}" if self.directory else ""


def _mounted(volume: str, authority: CertificateAuthority, directory: str) -> _Place:
    mounted = Mounted(
        volume={
            "name": volume,
            "secret": {
                "defaultMode": names.GROUP_READABLE,
                "items": [{"key": authority.filename, "path": FILE}],
                "secretName": authority.secret_name,
            },
        },
        mount={"mountPath": directory, "name": volume, "readOnly": True},
    )
    return _Place((mounted,), directory)


def _unmounted(directory: str) -> _Place:
    return _Place((), directory)


def _unless_held(deployment: Obj | None, use: _Use, place: _Place, *, ready: bool) -> Certificate:
    env = given(**{use.variable: place.file})
    if deployment is not None and not ready:
        observed = env_of(deployment, names.CONTAINER)
        env = {use.variable: observed[use.variable]} if use.variable in observed else {}
    mounts = unless_held(deployment, names.CONTAINER, use.volume, ready=ready, desired=place.mounts)
    return Certificate(mounts, env)


def _is_discovered(context: Context, deployment: Obj | None, targets: tuple[str, ...]) -> bool:
    """Tell whether a Secret with etcd's CA lies beside the resource, for discovered targets."""
    if not targets or not discovers_etcd(context):
        return False
    authority = Reference("Secret", CA_SECRET, "", (FILE,))
    if not is_unknown(context, authority):
        return is_resolved(context, authority)
    observed = env_of(deployment or {}, names.CONTAINER).get(ETCD.variable) or {}
    return bool(observed.get("value") == f"{ETCD_DIRECTORY}/{FILE}")
