"""What the given objects lack, so that the children are not those that a sync would make.

Checksums of what pods read are left out where nothing is known of the pods that run: pods made
without one restart when they get one.
"""

from dataclasses import dataclass, replace
from typing import Final

from hooks.customize import related_resources
from hooks.desired.passes.checksums import CHECKSUM, without_checksums
from hooks.errors import InvalidResource
from hooks.kube.objects import Obj, annotations_of
from hooks.kube.workloads import WORKLOADS, template_of, with_template
from hooks.models.references import references
from hooks.rendering import Given, Rendered
from hooks.rules import read_agent

LISTED: Final = {"namespaces": "Namespace", "nodes": "Node"}
"""Kinds that the customize hook asks for by label, by the resource."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not among the given objects: referenced ones, whole kinds, the workloads."""

    objects: tuple[str, ...]
    kinds: tuple[str, ...]
    has_no_workload: bool


def missing_inputs(given: Given) -> Missing:
    """Return what is not among the given objects; of an invalid resource, no reference is known."""
    has_no_workload = not any(child["kind"] in WORKLOADS for child in given.request.children)
    try:
        agent = read_agent(given.request.parent)
    except InvalidResource:
        return Missing((), (), has_no_workload)
    namespace = agent.namespace
    there = {(key[1], key[2], key[3]) for key in given.origins}
    named = {(reference.kind, namespace, reference.name) for reference in references(agent)}
    objects = tuple(f"{kind}/{name}" for kind, _, name in sorted(named - there))
    rules = related_resources(agent, (), given.facts)
    asked = {rule["resource"] for rule in rules if "labelSelector" in rule}
    kinds = {LISTED[resource] for resource in asked & LISTED.keys()} - {kind for kind, *_ in there}
    return Missing(objects, tuple(sorted(kinds)), has_no_workload)


def without_checksums_of_pods(rendered: Rendered) -> Rendered:
    """Return what was rendered, without the checksums: they may restart pods that run."""
    return replace(rendered, children=[*map(_without_checksum, rendered.children)])


def has_checksum(child: Obj) -> bool:
    """Return whether a child has pods with a checksum."""
    return child["kind"] in WORKLOADS and CHECKSUM in annotations_of(template_of(child))


def _without_checksum(child: Obj) -> Obj:
    if not has_checksum(child):
        return child
    return with_template(child, without_checksums(template_of(child)))
