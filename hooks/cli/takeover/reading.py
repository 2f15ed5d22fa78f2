"""Reads from a cluster what taking over depends on; writes nothing."""

from hooks.cli.cluster.kubectl import Kubectl
from hooks.desired.cluster_rbac import MANAGER
from hooks.kube.objects import Identity, Obj
from hooks.labels import OPERATOR
from hooks.takeover import Cluster
from hooks.takeover.cluster import RELEASE_SECRET, namespace_of, release_of
from hooks.takeover.helm_era import is_helm_era
from hooks.takeover.running_operator import NAMES
from hooks.takeover.static_manifests import is_of_static_manifests, is_static_agent
from hooks.takeover.successors import identities, secrets_with_keys, successors_of

AGENTS = "agents.instana.io"
REMOTES = "agentsremote.instana.io"
CHILDREN = (
    "configmaps,secrets,serviceaccounts,services,"
    "daemonsets.apps,deployments.apps,poddisruptionbudgets.policy"
)
LEFT_BEHIND = "configmaps,serviceaccounts,services,deployments.apps,poddisruptionbudgets.policy"
CERTIFICATES = "cert-manager.io/"
"""A group whose CRDs may be missing; no former installation has objects of it."""
CLUSTER_RIGHTS = (
    "clusterroles.rbac.authorization.k8s.io,clusterrolebindings.rbac.authorization.k8s.io"
)
NAMESPACED_RIGHTS = "roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io"
BINDINGS = "clusterrolebindings.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io"
FORMER = f"--selector=app.kubernetes.io/managed-by in ({OPERATOR},Helm)"
FORMER_AND_OURS = f"--selector=app.kubernetes.io/managed-by in ({OPERATOR},Helm,{MANAGER})"
OF_OPERATOR = f"--selector=app.kubernetes.io/name={OPERATOR}"
HELM_AGENTS = "--selector=app.kubernetes.io/name=instana-agent,helm.sh/chart"
BY_HAND = (
    "--selector=app.kubernetes.io/name=instana-agent,!app.kubernetes.io/managed-by",
    "--selector=app=instana-agent,!app.kubernetes.io/managed-by",
)
EVERYWHERE = "--all-namespaces"
SYSTEM = "--namespace=kube-system"


def read_cluster(kubectl: Kubectl, namespace: str, name: str) -> Cluster:
    """Return the objects of a cluster; an empty namespace and name select all InstanaAgents.

    Raises CallFailed.
    """
    crds = kubectl.list_objects(
        "customresourcedefinitions.apiextensions.k8s.io", AGENTS, REMOTES, "--ignore-not-found"
    )
    agents = [agent for kind in _names_of(crds) for agent in kubectl.list_objects(kind, EVERYWHERE)]
    operators = _operators(kubectl)
    old = _old_agents(kubectl)
    known = Cluster((*crds, *agents, *old), namespace, name)
    namespaces = {obj["metadata"]["namespace"] for obj in [*known.selected, *_chosen(known, old)]}
    pods = [pod for operator in operators for pod in _pods_of(kubectl, operator)]
    found = [*crds, *agents, *old, *operators, *pods, *_rights(kubectl)]
    for chosen in sorted(namespaces):
        found += _former_children(kubectl, chosen)
    for chosen in sorted({*namespaces, *map(namespace_of, operators)}):
        found += _releases(kubectl, chosen)
    found += _namespaces(kubectl, operators, namespaces)
    known = Cluster((*crds, *agents), namespace, name)
    found += [*_with_names_of_children(kubectl, known), *_keys(kubectl, known)]
    return Cluster(_each_once(found), namespace, name)


def _names_of(crds: list[Obj]) -> list[str]:
    return [crd["metadata"]["name"] for crd in crds]


def _old_agents(kubectl: Kubectl) -> list[Obj]:
    """Return the agents' DaemonSets that no operator made, in all namespaces."""
    return [
        daemonset
        for choice in (HELM_AGENTS, *BY_HAND)
        for daemonset in kubectl.list_objects("daemonsets.apps", EVERYWHERE, choice)
        if is_helm_era(daemonset) or is_static_agent(daemonset)
    ]


def _chosen(cluster: Cluster, old: list[Obj]) -> list[Obj]:
    return [
        daemonset for daemonset in old if cluster.is_selected(daemonset["metadata"]["namespace"])
    ]


def _operators(kubectl: Kubectl) -> list[Obj]:
    """Return the Deployments that may be the operator's, by its label and by its names."""
    by_name = [f"--field-selector=metadata.name={name}" for name in NAMES]
    return [
        deployment
        for choice in (OF_OPERATOR, *by_name)
        for deployment in kubectl.list_objects("deployments.apps", EVERYWHERE, choice)
    ]


def _pods_of(kubectl: Kubectl, deployment: Obj) -> list[Obj]:
    """Return the pods that match the Deployment's labels, including those that are ending."""
    selector = (deployment.get("spec") or {}).get("selector") or {}
    labels = ",".join(f"{name}={value}" for name, value in selector.get("matchLabels", {}).items())
    if not labels:
        return []
    namespace = deployment["metadata"]["namespace"]
    return kubectl.list_objects("pods", f"--namespace={namespace}", f"--selector={labels}")


def _rights(kubectl: Kubectl) -> list[Obj]:
    """Return the roles and bindings of former installations, and who else is bound to the roles."""
    by_hand = [obj for choice in BY_HAND for obj in kubectl.list_objects(CLUSTER_RIGHTS, choice)]
    is_shared = any(obj["kind"] == "ClusterRole" for obj in filter(is_of_static_manifests, by_hand))
    return [
        *kubectl.list_objects(CLUSTER_RIGHTS, FORMER_AND_OURS),
        *kubectl.list_objects(NAMESPACED_RIGHTS, SYSTEM, FORMER),
        *by_hand,
        *(kubectl.list_objects(BINDINGS, EVERYWHERE) if is_shared else []),
    ]


def _former_children(kubectl: Kubectl, namespace: str) -> list[Obj]:
    place = f"--namespace={namespace}"
    by_hand = [
        obj for choice in BY_HAND for obj in kubectl.list_objects(LEFT_BEHIND, place, choice)
    ]
    return [*kubectl.list_objects(CHILDREN, place, FORMER), *by_hand]


def _with_names_of_children(kubectl: Kubectl, known: Cluster) -> list[Obj]:
    """Return all objects that have the name of a child; nothing else of other owners is read."""
    successors = successors_of(known, known.selected)
    return [
        obj
        for successor in successors
        if (arguments := sorted(map(_argument, filter(_is_built_in, identities([successor])))))
        for obj in kubectl.list_objects(
            arguments[0], *arguments[1:], f"--namespace={successor.namespace}", "--ignore-not-found"
        )
    ]


def _keys(kubectl: Kubectl, known: Cluster) -> list[Obj]:
    """Return the Secrets with agent keys: if one has changed, the pods of a k8sensor restart."""
    return [
        secret
        for agent in known.selected
        if (names := secrets_with_keys(agent))
        for secret in kubectl.list_objects(
            "secrets", *names, f"--namespace={namespace_of(agent)}", "--ignore-not-found"
        )
    ]


def _is_built_in(child: Identity) -> bool:
    return not child[0].startswith(CERTIFICATES)


def _argument(child: Identity) -> str:
    """Return kubectl's `KIND/NAME`, with the version and group of the kind."""
    api_version, kind, _, name = child
    group, slash, version = api_version.rpartition("/")
    return f"{kind}.{version}.{group}/{name}" if slash else f"{kind}/{name}"


def _releases(kubectl: Kubectl, namespace: str) -> list[Obj]:
    """Return the Secrets of Helm's releases by name only: their content is not needed."""
    found = kubectl.list_names("secrets", f"--namespace={namespace}", "--selector=owner=helm")
    names = [name.partition("/")[2] for name in found]
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
        }
        for name in names
        if name.startswith(RELEASE_SECRET)
    ]


def _namespaces(kubectl: Kubectl, operators: list[Obj], chosen: set[str]) -> list[Obj]:
    """Return the Namespaces that an operator's Helm release may have made."""
    if not any(map(release_of, operators)):
        return []
    names = sorted({*chosen, *(operator["metadata"]["namespace"] for operator in operators)})
    return kubectl.list_objects("namespaces", *names, "--ignore-not-found")


def _each_once(objects: list[Obj]) -> tuple[Obj, ...]:
    by_place = {
        (obj["kind"], obj["metadata"].get("namespace"), obj["metadata"]["name"]): obj
        for obj in objects
    }
    return tuple(by_place.values())
