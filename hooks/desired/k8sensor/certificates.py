"""CA certificates of the k8sensor: of etcd and of the control plane."""

from dataclasses import dataclass, replace

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.unresolved import Unresolved, unresolved
from hooks.desired.k8sensor.etcd_discovery import CA_SECRET, discovers_etcd
from hooks.desired.pod.parts import Part, mounted
from hooks.kube.environment import given
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


DISCOVERED = Reference("Secret", CA_SECRET, "spec.k8s_sensor.etcd.ca", (FILE,))
"""The Secret with etcd's CA that may lie beside the resource."""

ETCD = _Use("etcd-ca", "ETCD_CA_FILE")
CONTROL_PLANE = _Use("control-plane-ca", "CONTROL_PLANE_CA_FILE")


def control_plane_certificate(context: Context) -> Part:
    """Return the CA of the control plane, if there is one."""
    authority = context.agent.spec.k8s_sensor.rest_client.ca
    found = unresolved(context, of_certificate(authority, "restClient"))
    if authority.secret_name:
        directory = authority.mount_path or CONTROL_PLANE_DIRECTORY
        return _mounted(CONTROL_PLANE, authority, directory, found)
    return _unmounted(CONTROL_PLANE, authority.mount_path, found)


def etcd_certificate(context: Context, targets: tuple[str, ...]) -> Part:
    """Return the CA of etcd: the user's, else the discovered one, else the cluster's own."""
    authority = context.agent.spec.k8s_sensor.etcd.ca
    directory = authority.mount_path
    if authority.secret_name:
        found = unresolved(context, of_certificate(authority, "etcd"))
        return _mounted(ETCD, authority, directory or ETCD_DIRECTORY, found)
    if targets and discovers_etcd(context):
        found = unresolved(context, DISCOVERED)
        if not found:
            discovered = CertificateAuthority(secretName=CA_SECRET)
            return _mounted(ETCD, discovered, ETCD_DIRECTORY, found)
        not_observed = tuple(reason for reason in found if not reason.is_missing)
        return _unmounted(ETCD, directory or SERVICE_ACCOUNT_DIRECTORY, not_observed)
    return _unmounted(ETCD, directory or SERVICE_ACCOUNT_DIRECTORY, ())


def _mounted(
    use: _Use, authority: CertificateAuthority, directory: str, found: tuple[Unresolved, ...]
) -> Part:
    source = {
        "defaultMode": names.GROUP_READABLE,
        "items": [{"key": authority.filename, "path": FILE}],
        "secretName": authority.secret_name,
    }
    part = mounted({"name": use.volume, "secret": source}, directory, readOnly=True)
    return replace(_unmounted(use, directory, found), volumes=part.volumes, mounts=part.mounts)


def _unmounted(use: _Use, directory: str, found: tuple[Unresolved, ...]) -> Part:
    """Return the variable alone, for a file that is there anyway, or for none."""
    file = f"{directory.rstrip('/')}/{FILE}" if directory else ""
    return Part(
        env=given(**{use.variable: file}),
        unresolved=found,
        also=frozenset({use.volume, use.variable}),
    )
