"""Volumes of disks and file systems that Kubernetes reaches over the network."""

import re
from typing import Final

from hooks.kube.objects import Obj
from hooks.kube.pod_validation.checks import (
    NOT_EMPTY,
    NOTHING,
    Check,
    Found,
    both,
    each,
    entries,
    fields,
    must_have,
    one_of,
    problem,
    text,
    within,
)
from hooks.kube.pod_validation.names import (
    ABSOLUTE,
    DNS_NAME,
    LONGEST_LABEL,
    OPTIONAL_SHORT_NAME,
    RELATIVE,
    REQUIRED_NAME,
    SHORT_NAME,
)

ISCSI_NAMES: Final = (
    ("iqn", re.compile(r"iqn\.[0-9]{4}-[0-9]{2}\.[A-Za-z0-9.-]+(:[^,;*&$|\s]+)$", re.ASCII)),
    ("eui", re.compile(r"^eui.[A-Za-z0-9]{16}$", re.ASCII)),
    ("naa", re.compile(r"^naa.[A-Za-z0-9]{32}$", re.ASCII)),
)
LONGEST_TENANT: Final = 64
MANAGED: Final = "Managed"
OWN_DOMAINS: Final = (".kubernetes.io", ".k8s.io")
_ANY: Final = each(fields(), least=1)
_LOGIN: Final = fields(must_have("name"), name=NOT_EMPTY)
_BYTE: Final = within(0, 255)
_DRIVER: Final = re.compile(DNS_NAME, re.ASCII)


def _is_iscsi_name(name: str) -> bool:
    return any(name.startswith(kind) and form.match(name) for kind, form in ISCSI_NAMES)


_ISCSI_NAME: Final = text(
    _is_iscsi_name, "must be an iSCSI name, such as iqn.2001-04.com.example:storage"
)


def _login(iscsi: Obj) -> Found:
    needs = iscsi.get("chapAuthDiscovery") is True or iscsi.get("chapAuthSession") is True
    if not needs or iscsi.get("secretRef") is not None:
        return NOTHING
    return problem("is required with chapAuthDiscovery and chapAuthSession", ".secretRef")


def _channel(fc: Obj) -> Found:
    targets, names = fc.get("targetWWNs") or [], fc.get("wwids") or []
    if bool(targets) is bool(names):
        return problem("must have exactly one of targetWWNs and wwids")
    if not targets:
        return NOTHING
    lun = fc.get("lun")
    return problem("is required with targetWWNs", ".lun") if lun is None else _at_lun(lun)


def _at_lun(lun: object) -> Found:
    return [(f".lun{place}", message) for place, message in _BYTE.find(lun)]


def _dataset(flocker: Obj) -> Found:
    name, uuid = flocker.get("datasetName") or "", flocker.get("datasetUUID") or ""
    if bool(name) is bool(uuid):
        return problem("must have exactly one of datasetName and datasetUUID")
    return problem("must not contain '/'", ".datasetName") if "/" in str(name) else NOTHING


def _is_own(option: str) -> bool:
    return ("." + option.partition("/")[0].lower()).endswith(OWN_DOMAINS)


def _disk(disk: Obj) -> Found:
    """Find an address that does not match the kind of disk; without a kind it is Shared."""
    address = disk.get("diskURI")
    start = "/subscriptions/" if disk.get("kind") == MANAGED else "https://"
    if not isinstance(address, str) or not address or address.startswith(start):
        return NOTHING
    return problem(f"must start with {start} for a disk of this kind", ".diskURI")


def _is_registry(addresses: str) -> bool:
    return all(map(_is_address, addresses.split(",")))


def _is_address(address: str) -> bool:
    """Return whether Go can split a text into host and port."""
    if address.startswith("["):
        host, bracket, rest = address.partition("]")
        return bool(bracket) and rest.startswith(":") and not set("[]:") & set(rest[1:] + host[1:2])
    return address.count(":") == 1 and not set("[]") & set(address)


def _tenant(quobyte: Obj) -> Found:
    tenant = quobyte.get("tenant")
    is_long = isinstance(tenant, str) and len(tenant) > LONGEST_TENANT
    return (
        problem(f"must have at most {LONGEST_TENANT} characters", ".tenant") if is_long else NOTHING
    )


NETWORK_VOLUMES: Final[dict[str, Check]] = {
    "awsElasticBlockStore": fields(volumeID=NOT_EMPTY, partition=_BYTE),
    "azureDisk": fields(
        _disk,
        diskName=NOT_EMPTY,
        diskURI=NOT_EMPTY,
        cachingMode=one_of("None", "ReadOnly", "ReadWrite"),
        kind=one_of("Shared", "Dedicated", MANAGED),
    ),
    "azureFile": fields(secretName=NOT_EMPTY, shareName=NOT_EMPTY),
    "cephfs": fields(monitors=_ANY),
    "cinder": fields(volumeID=NOT_EMPTY, secretRef=_LOGIN),
    "csi": fields(
        driver=both(
            NOT_EMPTY,
            text(
                lambda name: len(name) <= LONGEST_LABEL and bool(_DRIVER.fullmatch(name.lower())),
                f"must be the name of a driver: at most {LONGEST_LABEL} letters, digits, '-' and "
                "'.'",
            ),
        ),
        nodePublishSecretRef=fields(must_have("name"), name=REQUIRED_NAME),
    ),
    "fc": fields(_channel),
    "flexVolume": fields(
        driver=NOT_EMPTY,
        options=entries(
            text(
                lambda name: not _is_own(name),
                "is in a domain that Kubernetes reserves: choose another domain",
            )
        ),
    ),
    "flocker": fields(_dataset),
    "gcePersistentDisk": fields(pdName=NOT_EMPTY, partition=_BYTE),
    "gitRepo": fields(repository=NOT_EMPTY, directory=RELATIVE),
    "glusterfs": fields(endpoints=NOT_EMPTY, path=NOT_EMPTY),
    "iscsi": fields(
        _login,
        targetPortal=NOT_EMPTY,
        iqn=both(NOT_EMPTY, _ISCSI_NAME),
        lun=_BYTE,
        initiatorName=_ISCSI_NAME,
    ),
    "nfs": fields(server=NOT_EMPTY, path=both(NOT_EMPTY, ABSOLUTE)),
    "photonPersistentDisk": fields(pdID=NOT_EMPTY),
    "portworxVolume": fields(volumeID=NOT_EMPTY),
    "quobyte": fields(
        _tenant,
        registry=both(
            NOT_EMPTY, text(_is_registry, "must be one or more HOST:PORT, separated by commas")
        ),
        volume=NOT_EMPTY,
    ),
    "rbd": fields(monitors=_ANY, image=NOT_EMPTY),
    "scaleIO": fields(
        must_have("volumeName"), gateway=NOT_EMPTY, system=NOT_EMPTY, volumeName=NOT_EMPTY
    ),
    "storageos": fields(
        must_have("volumeName"),
        volumeName=both(NOT_EMPTY, SHORT_NAME),
        volumeNamespace=OPTIONAL_SHORT_NAME,
        secretRef=_LOGIN,
    ),
    "vsphereVolume": fields(volumePath=NOT_EMPTY),
}
"""Checks of the sources by their fields in a volume."""
