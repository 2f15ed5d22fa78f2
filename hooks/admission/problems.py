"""All problems of a resource that can be found without its cluster.

The webhook and `python -m hooks validate` call the same function.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from hooks import contract
from hooks.desired import build_context, desired_children
from hooks.errors import ALL_PROBLEMS, MOST_PROBLEMS, NESTING, InvalidResource, Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import InstanaAgent
from hooks.observed import ObservedObjects
from hooks.rules import (
    Findings,
    agent_before,
    look_at,
    only_children_show,
    problems_before,
)

NOTHING = ObservedObjects({})
NONE_OF_EACH = ObservedObjects(
    {
        kind: {}
        for kind in (
            contract.CONFIG_MAP,
            contract.DAEMON_SET,
            contract.ENDPOINT_SLICE,
            contract.NAMESPACE,
            contract.NODE,
            contract.PERSISTENT_VOLUME_CLAIM,
            contract.SECRET,
            contract.SERVICE,
        )
    }
)
"""A cluster in which every kind was asked for, and nothing was found."""


MAY_CLASH = tuple(
    field.split(".")
    for field in (
        "spec.agent.packageCache",
        "spec.agent.pod.volumes",
        "spec.agent.pod.volumeMounts",
        "spec.k8s_sensor.deployment.pod.volumes",
        "spec.k8s_sensor.deployment.pod.volumeMounts",
        "spec.k8s_sensor.etcd.ca",
        "spec.k8s_sensor.restClient.ca",
        "spec.overrides",
        "spec.serviceAccount.name",
        "spec.zone.automatic",
        "spec.zones",
    )
)
"""Without these fields, children show no problem that the rules do not find."""


def findings_in(resource: Obj, facts: Facts, most: int = MOST_PROBLEMS) -> Findings:
    """Return what the rules find; if there are no errors, also the errors that only children show.

    Raises InternalError for a bug in this service.
    """
    try:
        found = look_at(resource, most)
        if found.errors or not found.agent or not _may_clash(resource):
            return found
        return replace(found, errors=errors_of_children(found.agent, facts, most))
    except RecursionError:
        return Findings(None, (Problem("spec", "is nested too deeply", NESTING),))


def errors_in(resource: Obj, facts: Facts) -> tuple[Problem, ...]:
    """Return the errors of a resource; raises InternalError."""
    return findings_in(resource, facts).errors


def errors_before(resource: Obj, facts: Facts, identifiers: Collection[str]) -> Iterator[Problem]:
    """Yield what these rules find in a stored object, even if it is beyond the bounds."""
    yield from problems_before(resource, identifiers)
    if only_children_show(identifiers) and (agent := agent_before(resource)):
        yield from errors_of_children(agent, facts, ALL_PROBLEMS)


def errors_of_children(
    agent: InstanaAgent, facts: Facts, most: int = MOST_PROBLEMS
) -> tuple[Problem, ...]:
    """Return the problems that show when the children are made, without cluster objects."""
    try:
        desired_children(build_context(agent, NOTHING, NONE_OF_EACH, facts))
    except InvalidResource as invalid:
        return invalid.problems[:most]
    return ()


def _may_clash(resource: Obj) -> bool:
    return any(_is_given(resource, steps) for steps in MAY_CLASH)


def _is_given(part: Any, steps: list[str]) -> bool:
    for step in steps:
        part = as_object(part).get(step)
    return bool(part)
