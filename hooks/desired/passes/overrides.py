"""The user's patches to children: carried out on what the service makes, and checked after that."""

from collections.abc import Container, Iterator

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.passes.pod_problems import pod_problems
from hooks.desired.passes.update_problems import update_problems
from hooks.errors import InvalidResource, Problem, short_path
from hooks.kube.canonical_kinds import canonical_object
from hooks.kube.kinds import structure_of
from hooks.kube.objects import Obj, as_object, as_objects, labels_of, named
from hooks.kube.patch_problems import missing_fields
from hooks.kube.quantities import quantity_value
from hooks.kube.selectors import match_labels_of
from hooks.kube.strategic_merge import strategic_merge
from hooks.kube.workloads import HANDLERS, PROBES, pod_spec, template_of
from hooks.models.overrides import KINDS
from hooks.rules.overrides import FIXED, OVERRIDE_IDENTITY, OVERRIDE_RESULT, OWN_LABELS, PLACE


def with_overrides(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the children with the patches; raises InvalidResource for what cannot be."""
    patches = patches_of(context)
    if not patches:
        return children
    problems: list[Problem] = []
    result = [_with_override(context, child, patches, problems) for child in children]
    if problems:
        raise InvalidResource(tuple(dict.fromkeys(problems)))
    return result


def patches_of(context: Context) -> dict[str, Obj]:
    """Return the patches of the resource by field."""
    given = context.agent.spec.overrides.model_dump(by_alias=True, exclude_none=False)
    return {field: given[field] for field in KINDS if given[field]}


def field_for(context: Context, child: Obj) -> str:
    """Return the field whose patch is for a child; empty if there is none for its kind."""
    name = child["metadata"]["name"]
    match child["kind"]:
        case "DaemonSet":
            return "agentDaemonSet"
        case "Deployment":
            return "k8sensorDeployment"
        case "Service":
            is_headless = name == names.headless_service(context.agent.name)
            return "agentHeadlessService" if is_headless else "agentService"
        case "ServiceAccount":
            is_sensors = name == names.k8sensor(context.agent.name)
            return "k8sensorServiceAccount" if is_sensors else "agentServiceAccount"
    return ""


def _with_override(
    context: Context, child: Obj, patches: dict[str, Obj], problems: list[Problem]
) -> Obj:
    field = field_for(context, child)
    if field not in patches:
        return child
    structure = structure_of(child["kind"])
    merged = strategic_merge(child, patches[field], structure)
    path = f"{PLACE}.{field}"
    found = [*_identity_problems(context, child, merged, path)] or [
        Problem(f"{path}{place}", "is required", OVERRIDE_RESULT)
        for place in missing_fields(merged, structure)
    ]
    stored = child if found else canonical_object(merged, path)
    problems += found or [*_outcome_problems(stored, path), *_update_problems(stored, path)]
    return stored


def _identity_problems(context: Context, child: Obj, merged: Obj, path: str) -> Iterator[Problem]:
    """Yield what a patch took away of that by which the object and its pods are found."""
    for step in ("apiVersion", "kind"):
        if child[step] != merged.get(step):
            yield _changed(f"{path}.{step}")
    for step in ("name", "namespace"):
        if child["metadata"][step] != as_object(merged.get("metadata")).get(step):
            yield _changed(f"{path}.metadata.{step}")
    for step in FIXED.get(child["kind"], ()):
        if child["spec"].get(step) != as_object(merged.get("spec")).get(step):
            yield _changed(f"{path}.spec.{step}")
    yield from _lost_labels(child, merged, f"{path}.metadata.labels", ())
    if "template" in child.get("spec", {}):
        ours = child["spec"]["template"]
        template = template_of(merged)
        selected = match_labels_of(child)
        free = set(context.agent.spec.agent.pod.labels).difference(OWN_LABELS, selected)
        yield from _lost_labels(ours, template, f"{path}.spec.template.metadata.labels", free)


def _lost_labels(part: Obj, merged: Obj, path: str, free: Container[str]) -> Iterator[Problem]:
    """Yield the labels that the service gives and a patch changes, but for the user's own."""
    labels = labels_of(merged)
    for name, value in labels_of(part).items():
        if labels.get(name) != value and name not in free:
            yield _changed(f"{path}[{name}]")


def _changed(path: str) -> Problem:
    message = "identifies the object and is managed by the service: remove it"
    return Problem(path, message, OVERRIDE_IDENTITY)


def _outcome_problems(merged: Obj, path: str) -> Iterator[Problem]:
    """Yield what Kubernetes would not take of a pod, or the service cannot do without."""
    if "template" not in merged.get("spec", {}):
        return
    found = [(f".spec.template.spec{place}", said) for place, said in _of_pod(pod_spec(merged))]
    for place, message in found or pod_problems(merged):
        yield Problem(short_path(f"{path}{place}"), message, OVERRIDE_RESULT)


def _update_problems(merged: Obj, path: str) -> Iterator[Problem]:
    """Yield what Kubernetes would not take of how a workload is updated."""
    for place, message in update_problems(merged):
        yield Problem(f"{path}{place}", message, OVERRIDE_RESULT)


def _of_pod(pod: Obj) -> Iterator[tuple[str, str]]:
    if named(as_objects(pod.get("containers")), names.CONTAINER) is None:
        yield ".containers", f"must keep the container {names.CONTAINER}"
    for volume in as_objects(pod.get("volumes")):
        if len(volume) != len(("name", "source")):
            yield f".volumes[{volume.get('name')}]", "must have one source: set the other to null"
    for field in ("containers", "initContainers"):
        for container in as_objects(pod.get(field)):
            where = short_path(f".{field}[{container.get('name')}]")
            for place, message in _of_container(container):
                yield f"{where}{place}", message


def _of_container(container: Obj) -> Iterator[tuple[str, str]]:
    if not container.get("image"):
        yield ".image", "is required"
    for variable in as_objects(container.get("env")):
        if variable.get("value") and variable.get("valueFrom"):
            yield f".env[{variable.get('name')}]", "must have value or valueFrom: set one to null"
    for probe in sorted(PROBES):
        if probe in container and sum(map(container[probe].__contains__, HANDLERS)) != 1:
            yield (
                f".{probe}",
                f"must have exactly one of {', '.join(HANDLERS)}: set the others to null",
            )
    resources = as_object(container.get("resources"))
    limits = as_object(resources.get("limits"))
    for name, request in as_object(resources.get("requests")).items():
        if name in limits and quantity_value(request) > quantity_value(limits[name]):
            yield f".resources.requests[{name}]", "must not be more than the limit"
