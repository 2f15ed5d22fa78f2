"""Takes over from manifests applied by hand: no release, no operator, no owner, only labels.

Their objects are adopted like those of a Helm release. If an object has the name of a child, but is
not certainly a part of such an installation, it blocks the takeover: a person must say whose it is.
"""

from collections.abc import Iterator

from hooks.desired.inputs.ownership import handing_over
from hooks.kube.objects import Obj, as_object, controller_of, labels_of
from hooks.kube.workloads import WORKLOADS
from hooks.labels import AGENT, APP, COMPONENT, INSTANCE, K8SENSOR, MANAGED_BY, NAME
from hooks.models.instana_agent import KIND
from hooks.takeover.cluster import CHART, Cluster, name_of, namespace_of, repositories_of
from hooks.takeover.field_ownership import Entry, IsFormer, Strategy, handed_over, owned_labels
from hooks.takeover.helm_era import adoption, is_helm_era
from hooks.takeover.steps import Step, place
from hooks.takeover.successors import Successor

MARKS = (NAME, APP)
"""The labels with the value `instana-agent` in these manifests; older ones have only the second."""

OF_POD = (NAME, INSTANCE, COMPONENT)
"""The labels by which Services and policies find the pods."""

IMAGES = {"DaemonSet": ("agent", "agent/static", "agent/dynamic"), "Deployment": ("k8sensor",)}
"""How the repositories of Instana's images end, by what runs them."""

INSTALLER = "kubectl"
CONVERTED = "before-first-apply"
"""Field managers: the beginning of those of all kubectl commands, and the one of what was
written before any was recorded."""


def static_steps(
    cluster: Cluster, successors: list[Successor], strategy: Strategy, manager: str
) -> Iterator[Step]:
    """Yield the adoption of each object that has the name of a child, or the step that blocks."""
    for successor in successors:
        for child in successor.children:
            obj = cluster.get(child["kind"], successor.namespace, name_of(child))
            if obj is None or is_helm_era(obj) or _is_controlled_by(obj, successor.agent):
                continue
            if blocking_step := _blocking_step(obj, child, successor.agent):
                yield blocking_step
                continue
            changes = handed_over(obj, _is_former(obj, manager), strategy, manager) or {}
            yield from adoption(obj, child, strategy, changes, successor.restarts(obj, manager))


def is_of_static_manifests(obj: Obj) -> bool:
    """Return whether the labels are those of the manifests, and nothing manages the object."""
    labels = labels_of(obj)
    is_managed = controller_of(obj) or MANAGED_BY in labels or CHART in labels
    return not is_managed and any(labels.get(mark) == AGENT for mark in MARKS)


def is_static_agent(daemonset: Obj) -> bool:
    """Return whether the DaemonSet is that of such an installation."""
    return is_of_static_manifests(daemonset) and _runs_image_of_instana(daemonset)


def _is_controlled_by(obj: Obj, agent: Obj) -> bool:
    """Return whether the resource is the controller of the object, by kind and name.

    The UID does not count: what an earlier resource of that name owns is about to be deleted.
    """
    controller = controller_of(obj) or {}
    return (controller.get("kind"), controller.get("name")) == (KIND, name_of(agent))


def _blocking_step(obj: Obj, child: Obj, agent: Obj) -> Step | None:
    """Return what a person must do first, None if the object can be adopted."""
    if controller_of(obj):
        return _stranger(obj, child, agent)
    is_handed_over = handing_over(child).items() <= labels_of(obj).items()
    is_agents = obj["kind"] in WORKLOADS and _runs_as(obj, child)
    if not is_handed_over and is_agents and not _is_marked_or_managed(obj):
        return _unlabelled(obj, child)
    is_known = is_of_static_manifests(obj) and (is_agents or obj["kind"] not in WORKLOADS)
    if not is_handed_over and not is_known:
        return _stranger(obj, child, agent)
    if obj["kind"] in WORKLOADS and not _fits(obj, child):
        return _unfit(obj, child)
    return None


def _is_marked_or_managed(obj: Obj) -> bool:
    labels = labels_of(obj)
    return MANAGED_BY in labels or CHART in labels or any(labels.get(m) == AGENT for m in MARKS)


def _runs_as(workload: Obj, child: Obj) -> bool:
    """Return whether it runs an image of Instana, or that of the resource: a mirror has its own."""
    desired = repositories_of(child)
    return _runs_image_of_instana(workload) or any(
        repository in desired for repository in repositories_of(workload)
    )


def _runs_image_of_instana(workload: Obj) -> bool:
    return any(
        f"/{repository}".endswith(f"/{image}")
        for repository in repositories_of(workload)
        for image in IMAGES[workload["kind"]]
    )


def _fits(workload: Obj, child: Obj) -> bool:
    """Return whether pods that match the selector, which cannot change, can carry our labels."""
    selector = as_object(as_object(workload.get("spec")).get("selector"))
    match_labels = as_object(selector.get("matchLabels"))
    ours = {name: labels_of(child)[name] for name in OF_POD}
    is_equal = all(match_labels.get(name, value) == value for name, value in ours.items())
    return is_equal and not selector.get("matchExpressions")


def _is_former(obj: Obj, manager: str) -> IsFormer:
    """Return the predicate that selects the entries of the installer of the object.

    An object that Metacontroller made and then lost was not installed by anybody else.
    """
    entries = obj["metadata"].get("managedFields") or []
    is_made_by_us = any(entry.get("manager") == manager for entry in entries)
    return lambda entry: not is_made_by_us and _is_of_installer(entry)


def _is_of_installer(entry: Entry) -> bool:
    by = str(entry.get("manager", ""))
    labels = owned_labels(entry)
    is_of_kubectl = by.startswith(INSTALLER) or by == CONVERTED
    return is_of_kubectl or any(f"f:{mark}" in labels for mark in MARKS)


def _stranger(obj: Obj, child: Obj, agent: Obj) -> Step:
    why = f"{_strangeness(obj, child)}, but it has the name of a child of {place(agent)}"
    if controller_of(obj):
        return Step(obj, "rename the resource", why, blocks=True)
    return Step(
        obj,
        "rename the resource, or label this to hand it over",
        f"{why}; with the labels, its content is replaced, and it is deleted with the resource",
        blocks=True,
        commands=(_label(obj, handing_over(child)),),
    )


def _strangeness(obj: Obj, child: Obj) -> str:
    if controller := controller_of(obj):
        return f"it belongs to {controller.get('kind')} {controller.get('name')}"
    if owner := labels_of(obj).get(MANAGED_BY):
        return f"its labels say that {owner} manages it, not this resource"
    if obj["kind"] in WORKLOADS and not _runs_as(obj, child):
        kind = K8SENSOR if obj["kind"] == "Deployment" else "agent"
        return f"it runs {', '.join(repositories_of(obj))}, not the {kind}"
    return "no label shows that it belongs to an agent"


def _unlabelled(obj: Obj, child: Obj) -> Step:
    return Step(
        obj,
        "label it, if it is an older installation of the agent",
        f"it runs {', '.join(repositories_of(obj))}, but does not have the label of Instana's "
        "manifests; its Service, ServiceAccount and Secret may need the label too",
        blocks=True,
        commands=(_label(obj, {NAME: labels_of(child)[NAME]}),),
    )


def _unfit(obj: Obj, child: Obj) -> Step:
    ours = ", ".join(f"{name}={labels_of(child)[name]}" for name in OF_POD)
    return Step(
        obj,
        "delete it by hand, once Metacontroller and this service run",
        "its selector cannot be changed, and does not match the labels of the new pods "
        f"({ours}); after you delete it, a new one is created at once, and all its pods "
        "start together. Then run this command again for the other objects",
        blocks=True,
        commands=(f"kubectl delete {_named(obj)}",),
    )


def _label(obj: Obj, labels: dict[str, str]) -> str:
    assignments = " ".join(f"{name}={value}" for name, value in labels.items())
    return f"kubectl label --overwrite {_named(obj)} {assignments}"


def _named(obj: Obj) -> str:
    return f"{obj['kind'].lower()} -n {namespace_of(obj)} {name_of(obj)}"
