"""The objects that were read from a cluster, and which of its InstanaAgents are taken over."""

from collections.abc import Iterator
from dataclasses import dataclass

from hooks.errors import InvalidResource
from hooks.facts import ALL_NAMESPACES, Facts
from hooks.kube.objects import Obj, annotations_of, as_objects, labels_of
from hooks.kube.workloads import pod_spec
from hooks.models import InstanaAgent
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rules import parse_agent

EVERYWHERE = Facts(agent_namespaces=(ALL_NAMESPACES,))
HELM = "Helm"
HELM_RELEASE = "meta.helm.sh/release-name"
RELEASE_SECRET = "sh.helm.release.v1."  # noqa: S105 - the name's beginning, not a secret
REMOTE_KIND = "InstanaAgentRemote"
CHART = "helm.sh/chart"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Objects with their managed fields; `namespace` and `name` narrow down what is taken over.

    An empty one means any. The objects include all InstanaAgents, whichever are taken over: what
    several of them share stays until none of them needs it.
    """

    objects: tuple[Obj, ...]
    namespace: str = ""
    name: str = ""

    def of_kind(self, kind: str) -> Iterator[Obj]:
        """Yield the objects of a kind."""
        return (obj for obj in self.objects if obj.get("kind") == kind)

    def get(self, kind: str, namespace: str, name: str) -> Obj | None:
        """Return an object; `namespace` is "" for a cluster-scoped one."""
        place = namespace, name
        return next((obj for obj in self.of_kind(kind) if place_of(obj) == place), None)

    @property
    def agents(self) -> list[Obj]:
        """Return all InstanaAgents."""
        return [obj for obj in self.of_kind(KIND) if obj.get("apiVersion") == API_VERSION]

    @property
    def selected(self) -> list[Obj]:
        """Return the InstanaAgents that are taken over."""
        return [agent for agent in self.agents if self.is_selected(*place_of(agent))]

    def is_selected(self, namespace: str, name: str = "") -> bool:
        """Return whether a resource in the namespace, with the name if given, is taken over."""
        in_place = self.namespace in ("", namespace)
        return in_place and (not name or self.name in ("", name))

    def in_namespace(self, namespace: str) -> list[Obj]:
        """Return the objects of a namespace."""
        return [obj for obj in self.objects if namespace_of(obj) == namespace]

    def release_secrets(self, namespace: str, release: str) -> list[Obj]:
        """Return the Secrets in which Helm stores a release of a namespace; none if it is ""."""
        prefix = f"{RELEASE_SECRET}{release}.v"
        secrets = [secret for secret in self.of_kind("Secret") if namespace_of(secret) == namespace]
        return [secret for secret in secrets if release and name_of(secret).startswith(prefix)]


def parsed(resource: Obj) -> InstanaAgent | None:
    """Return the resource with its defaults, None if it is invalid."""
    try:
        return parse_agent(resource)
    except InvalidResource:
        return None


def namespace_of(obj: Obj) -> str:
    """Return the object's namespace, "" for a cluster-scoped one."""
    namespace: str = obj["metadata"].get("namespace", "")
    return namespace


def name_of(obj: Obj) -> str:
    """Return the object's name."""
    name: str = obj["metadata"]["name"]
    return name


def place_of(obj: Obj) -> tuple[str, str]:
    """Return the object's namespace and name."""
    return namespace_of(obj), name_of(obj)


def release_of(obj: Obj) -> str:
    """Return the Helm release that the object belongs to, or ""."""
    return annotations_of(obj).get(HELM_RELEASE, "")


def has_labels(obj: Obj, **expected: str) -> bool:
    """Return whether the object has these `app.kubernetes.io/<name>` labels; `_` stands for `-`."""
    found = labels_of(obj)
    return all(
        found.get(f"app.kubernetes.io/{name.replace('_', '-')}") == value
        for name, value in expected.items()
    )


def repositories_of(workload: Obj) -> list[str]:
    """Return the images of the workload's containers, without tags and digests."""
    containers = as_objects(pod_spec(workload).get("containers"))
    return [_repository(str(container.get("image", ""))) for container in containers]


def _repository(image: str) -> str:
    path, slash, last = image.partition("@")[0].rpartition("/")
    return path + slash + last.partition(":")[0]
