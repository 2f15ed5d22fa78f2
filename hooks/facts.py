"""Facts about the cluster and the installation: configured, never read from the API server."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from hooks import __version__

ALL_NAMESPACES = "*"
DOCS = "docs"
"""The directory of the documentation in the repository, for use when no URL is configured."""
LONGEST_URL = 256
FIELD_MANAGER = "metacontroller"
"""Metacontroller's own default."""
KUBERNETES_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,3})\+?([.+-][0-9A-Za-z.+-]+)?", re.ASCII)
URL = re.compile(r"https?://[!-~]+", re.ASCII)
RELEASE = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
FIRST_WITH_ZONES_OF_PODS = (1, 35)
"""The first version that by default copies `topology.kubernetes.io/zone` of a node to its pods."""


class UnknownFact(ValueError):
    """A fact has an unknown name, or a value of the wrong type."""


class TakeOver(Enum):
    """What happens to the Go operator's pod templates when its workloads are taken over."""

    KEEP = "Keep"
    """They stay until the next real change, so that the takeover restarts no pod."""
    UPDATE = "Update"
    """Our templates replace them at once."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the desired state depends on in addition to the observed objects.

    `openshift`: the cluster is OpenShift (`spec.openshift` of a resource overrides it).
    `agent_namespaces`: namespaces whose agents get cluster-wide read rights; `*` means all.
    `operator_version`: goes into `app.kubernetes.io/version` and the status.
    `field_manager`: Metacontroller's `--apply-strategy-ssa-field-manager`.
    `take_over`: what happens to the Go operator's pod templates.
    `etcd_copy_namespaces`: namespaces that OpenShift's etcd certificates may be copied to; `*`
    means all.
    `namespace_details`: namespaces whose agents learn which namespaces are labelled for workload
    monitoring; others learn only of their own. `*` means all.
    `kubernetes_version`: of the API server, such as `1.35`; empty if unknown.
    `node_zones`: Metacontroller may read Nodes, for `spec.zone.automatic: NodeLabel`.
    `pod_status`: Metacontroller may read Pods, for `spec.podStatus: Enabled`.
    `installation_namespace`: where the service itself runs; empty if unknown.
    `installation_secrets`: its Secrets, if their names are not the default ones.
    `docs_url`: the URL of the documentation of this version; by default its path in the
    repository.
    `release`: the name of this release of the service in the manifests of the installation. If
    the controller names another release, that release answers. Empty: this one always answers.
    """

    openshift: bool = False
    agent_namespaces: tuple[str, ...] = ("instana-agent",)
    operator_version: str = __version__
    field_manager: str = FIELD_MANAGER
    take_over: TakeOver = TakeOver.KEEP
    etcd_copy_namespaces: tuple[str, ...] = ()
    namespace_details: tuple[str, ...] = (ALL_NAMESPACES,)
    kubernetes_version: str = ""
    node_zones: bool = False
    pod_status: bool = False
    installation_namespace: str = ""
    installation_secrets: tuple[str, ...] = ()
    docs_url: str = DOCS
    release: str = ""

    def may_have_cluster_rights(self, namespace: str) -> bool:
        """Return whether the installation gives the namespace's agents cluster-wide rights."""
        return _are_listed(self.agent_namespaces, namespace)

    def may_copy_etcd(self, namespace: str) -> bool:
        """Return whether the client key of OpenShift's etcd may be copied to the namespace."""
        return _are_listed(self.etcd_copy_namespaces, namespace)

    def may_learn_namespaces(self, namespace: str) -> bool:
        """Return whether agents of the namespace learn of the other labelled namespaces."""
        return _are_listed(self.namespace_details, namespace)

    def page(self, name: str) -> str:
        """Return the path or URL of a page of the documentation, such as `migrate.md`."""
        return f"{self.docs_url}/{name}"

    @property
    def copies_zones(self) -> bool:
        """Return whether the API server is known to copy the zone of nodes to their pods."""
        return kubernetes_minor(self.kubernetes_version) >= FIRST_WITH_ZONES_OF_PODS

    def updated(self, values: Mapping[str, str]) -> "Facts":
        """Return these facts, updated with values given by name as text, as on a command line.

        Raises UnknownFact for an unknown name, or for a value of the wrong type.
        """
        changes = dict(_parsed(name, text) for name, text in values.items())
        return replace(self, **changes)  # type: ignore[arg-type]


def _parsed(name: str, text: str) -> tuple[str, object]:
    """Return the field of a fact and its value; raises UnknownFact."""
    if name not in PARSERS:
        msg = f"unknown fact {name!r}: use one of {', '.join(sorted(PARSERS))}"
        raise UnknownFact(msg)
    field, parse = PARSERS[name]
    try:
        return field, parse(text)
    except ValueError as error:
        msg = f"{name} {error}"
        raise UnknownFact(msg) from None


def _are_listed(namespaces: tuple[str, ...], namespace: str) -> bool:
    return ALL_NAMESPACES in namespaces or namespace in namespaces


def parse_flag(text: str) -> bool:
    """Return the boolean value of `true` or `false`; raises ValueError for any other text."""
    match text.strip().lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            msg = "must be true or false"
            raise ValueError(msg)


def parse_take_over(text: str) -> TakeOver:
    """Return the choice; raises ValueError unless it is Keep or Update."""
    for choice in TakeOver:
        if text.strip().lower() == choice.value.lower():
            return choice
    msg = "must be Keep or Update"
    raise ValueError(msg)


def is_release(text: str) -> bool:
    """Return whether a text can be the name of a release: any tag of an image can be."""
    return RELEASE.fullmatch(text) is not None


def parse_release(text: str) -> str:
    """Return the name of a release; raises ValueError for a text that cannot be one."""
    if not is_release(text):
        msg = "must be at most 128 letters, digits, '.', '-' and '_'"
        raise ValueError(msg)
    return text


def parse_kubernetes_version(text: str) -> str:
    """Return the version, such as `v1.35.2+k3s1`; raises ValueError for any other text."""
    if not KUBERNETES_VERSION.fullmatch(text.strip()):
        msg = "must be a version such as 1.35 or v1.35.2"
        raise ValueError(msg)
    return text.strip()


def kubernetes_minor(version: str) -> tuple[int, int]:
    """Return the major and the minor number of a version, zeros if it is unknown."""
    found = KUBERNETES_VERSION.fullmatch(version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def parse_url(text: str) -> str:
    """Return the URL without slashes at its end; raises ValueError if it is not a URL."""
    if len(text) > LONGEST_URL or not URL.fullmatch(text):
        msg = f"must be an http or https URL of at most {LONGEST_URL} characters"
        raise ValueError(msg)
    return text.rstrip("/")


def parse_names(text: str) -> tuple[str, ...]:
    """Return the comma-separated names, sorted, without duplicates."""
    return tuple(sorted({name.strip() for name in text.split(",") if name.strip()}))


PARSERS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "agentNamespaces": ("agent_namespaces", parse_names),
    "docsUrl": ("docs_url", parse_url),
    "etcdCopyNamespaces": ("etcd_copy_namespaces", parse_names),
    "fieldManager": ("field_manager", str),
    "installationNamespace": ("installation_namespace", str),
    "installationSecrets": ("installation_secrets", parse_names),
    "kubernetesVersion": ("kubernetes_version", parse_kubernetes_version),
    "namespaceDetails": ("namespace_details", parse_names),
    "nodeZones": ("node_zones", parse_flag),
    "openshift": ("openshift", parse_flag),
    "operatorVersion": ("operator_version", str),
    "podStatus": ("pod_status", parse_flag),
    "release": ("release", parse_release),
    "takeOver": ("take_over", parse_take_over),
}
"""The facts by their names: the field of each, and the function that parses its text or raises
ValueError."""
