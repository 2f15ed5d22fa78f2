"""Pod templates of the Go operator's workloads: retained until something else changes them.

Its templates differ from ours in a few places. Ours in their place at the takeover would restart
the agent on every node for nothing that anybody asked for. So an observed template is retained as
long as it is what the Go operator made of this very spec, and ours comes with the next real change.
A newer version of this service is not a change; an edit by hand or a rotated key is one.

Three annotations of the workload and one of the resource show the state; `KEPT`, `INSTEAD_OF` and
`FOR` are digests of the retained template, of ours instead, and of ours by the resource alone:

| Workload has                          | State                        | The next sync           |
| ------------------------------------- | ---------------------------- | ----------------------- |
| no label with a generation            | template is ours             | ours                    |
| the label, none of the annotations    | as the Go operator left it   | retains if made for (1) |
| all, equal to what they are now       | retained                     | retains                 |
| another `INSTEAD_OF`, same version    | the resource has changed     | ours                    |
| another `INSTEAD_OF`, another version | the service has changed      | retains if made for (1) |
| another `KEPT`                        | somebody edited the template | ours                    |
| another checksum                      | a value has changed          | ours                    |

(1) The label has the generation of the resource, or `PODS_MADE_FOR` on the resource says so.
While a reference is unresolved, `FOR` is compared instead of `INSTEAD_OF`: ours is not known then.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from hooks.desired import names
from hooks.desired.agent.daemonset import agent_daemonsets
from hooks.desired.inputs.context import Context, build_context
from hooks.desired.inputs.made_for import (
    RESOURCE,
    is_made_for,
    is_older,
    made_for,
    made_for_resource,
)
from hooks.desired.inputs.owned import retained
from hooks.desired.inputs.unresolved import all_unresolved
from hooks.desired.k8sensor.deployment import k8sensor_deployments
from hooks.desired.k8sensor.secrets import is_checksum_of_go_operator
from hooks.desired.passes.checksums import CHECKSUM, FORMER_CHECKSUM, without_checksums
from hooks.desired.passes.nodes import on_nodes_that_can_run_them
from hooks.desired.passes.overrides import with_overrides
from hooks.facts import Facts, TakeOver
from hooks.kube.objects import Obj, annotations_of, describe, labels_of, present
from hooks.kube.workloads import WORKLOADS, template_of, with_template
from hooks.labels import GENERATION_LABEL, VERSION
from hooks.models import InstanaAgent
from hooks.observed import ObservedObjects

INSTEAD_OF = "instana.io/template-kept-instead-of"
"""On a workload with a retained template: the digest of the one that we would have put there."""

FOR = "instana.io/template-kept-for"
"""On a workload with a retained template: the digest of ours by the resource alone.

It shows whether a change of the resource concerns the pods while something is missing."""

KEPT = "instana.io/template-kept"
"""On a workload with a retained template: its digest, which shows that somebody edits it."""

PODS_MADE_FOR = "instana.io/pods-made-for"
"""On a resource that was handed over: a line for each workload, with the generation that the Go
operator made its pods for and the digest of ours for the same. A change of the resource before it
is led by us may not concern them. A workload that is older than the resource has a second line,
with the generation and the UID of the resource: the operator made its pods for this one."""

OF_THE_RESOURCE = (with_overrides, on_nodes_that_can_run_them)
"""The passes over templates that need nothing of the cluster, in the order of all passes."""

PLACES = (Facts(openshift=False), Facts(openshift=True))
"""What else our templates depend on: the digest is that of a resource, wherever it is taken."""


@dataclass(frozen=True)
class _Known:
    """What the decisions about all workloads rest on, found out once per call."""

    context: Context

    @cached_property
    def alone(self) -> dict[str, Obj]:
        """Our templates by the resource alone."""
        return _templates_by_the_resource_alone(self.context.agent, self.context.facts)

    @cached_property
    def is_unresolved(self) -> bool:
        """Whether a reference of the resource is unresolved."""
        return bool(all_unresolved(self.context))

    @cached_property
    def noted(self) -> frozenset[str]:
        """What the resource says its pods were made for."""
        return _noted(self.context.agent)

    @cached_property
    def made_for(self) -> dict[str, str]:
        """The digest of our templates for each workload, wherever they are taken."""
        return _digests_in_all_places(self.context.agent)


def pods_made_for(agent: InstanaAgent, workloads: Iterable[Obj] = ()) -> str:
    """Return the mark of a resource whose pods are those of its generation.

    Observed workloads that were made for another resource are left out.
    """
    digests = _digests_in_all_places(agent)
    observed = {describe(workload): workload for workload in workloads}
    noted = _noted(agent)
    others = {
        name for name, workload in observed.items() if not is_made_for(agent, workload, noted)
    }
    places = sorted(_templates_by_the_resource_alone(agent, Facts()).keys() - others)
    older = [place for place in places if place in observed and is_older(agent, observed[place])]
    lines = [made_for(str(agent.generation), place, digests[place]) for place in places]
    lines += [made_for_resource(agent, observed[workload]) for workload in older]
    return "\n".join(lines)


def with_retained_templates(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the children, each workload that retains its template with the observed one."""
    if context.facts.take_over is TakeOver.UPDATE or not any(map(_is_marked, context.children)):
        return children
    known = _Known(context)
    return [_with_retained_template(known, child) for child in children]


def retains_template(child: Obj) -> bool:
    """Return whether a desired workload has the template of the Go operator."""
    return GENERATION_LABEL in labels_of(child)


def _noted(agent: InstanaAgent) -> frozenset[str]:
    return frozenset(agent.metadata.annotations.get(PODS_MADE_FOR, "").splitlines())


def _is_marked(observed: Obj) -> bool:
    return observed.get("kind") in WORKLOADS and GENERATION_LABEL in labels_of(observed)


def _templates_by_the_resource_alone(agent: InstanaAgent, facts: Facts) -> dict[str, Obj]:
    """Return our templates as they would be if nothing were known of the cluster's objects."""
    nothing = ObservedObjects({})
    alone = build_context(agent, nothing, nothing, facts)
    built = [*agent_daemonsets(alone), *k8sensor_deployments(alone)]
    workloads = [workload.child for workload in built]
    for change in OF_THE_RESOURCE:
        workloads = change(alone, workloads)
    return {describe(workload): template_of(workload) for workload in workloads}


def _digests_in_all_places(agent: InstanaAgent) -> dict[str, str]:
    found = [_templates_by_the_resource_alone(agent, place) for place in PLACES]
    return {
        workload: _digest({"templates": [templates.get(workload) for templates in found]})
        for workload in dict.fromkeys(name for templates in found for name in templates)
    }


def _with_retained_template(known: _Known, child: Obj) -> Obj:
    context = known.context
    observed = context.observed_workload(child)
    if not observed or not _is_marked(observed):
        return child
    template = template_of(retained(context, observed))
    if not template or CHECKSUM in annotations_of(template):  # none of the Go operator's
        return child
    alone = known.alone.get(describe(child))
    marks = _marks(known, template_of(child), template, annotations_of(observed))
    marks |= present(**{FOR: _digest(alone) if alone else None})
    if is_older(context.agent, observed):
        marks |= {RESOURCE: context.agent.metadata.uid}
    is_up_to_date = CHECKSUM in annotations_of(observed) or _has_its_key(context, child, template)
    if not is_up_to_date or not _is_retained(known, observed, marks):
        return child
    return _with(child, template, context.agent.generation, marks)


def _marks(known: _Known, ours: Obj, template: Obj, observed: dict[str, str]) -> dict[str, str]:
    """Return the annotations of a workload with a retained template, given the observed ones.

    While something is missing that the resource names, ours is not the template to compare with,
    and what the pods read is not known anew.
    """
    checksum = annotations_of(ours).get(CHECKSUM, observed.get(CHECKSUM))
    instead_of = _digest(without_checksums(ours))
    if known.is_unresolved:
        instead_of = observed.get(INSTEAD_OF, "")
    marks = {INSTEAD_OF: instead_of or None, KEPT: _digest(template), CHECKSUM: checksum}
    return present(**marks)


def _is_retained(known: _Known, observed: Obj, marks: dict[str, str]) -> bool:
    """Return whether nothing but the Go operator's ways is the difference between the templates."""
    before = annotations_of(observed)
    if any(before.get(mark, marks.get(mark)) != marks.get(mark) for mark in (KEPT, CHECKSUM)):
        return False
    ours = FOR if known.is_unresolved else INSTEAD_OF
    is_comparable = ours in before
    if is_comparable and before[ours] == marks.get(ours):
        return True
    is_of_this_version = labels_of(observed).get(VERSION) == known.context.facts.operator_version
    return _is_of_this_spec(known, observed) and not (is_comparable and is_of_this_version)


def _is_of_this_spec(known: _Known, observed: Obj) -> bool:
    """Return whether the generation on the workload is that of the resource, or as good as that.

    The generation counts the changes of the resource that the workload was made for, which may be
    a former one. What the hand-over noted is compared by digest, so that it holds for either.
    """
    agent = known.context.agent
    generation = labels_of(observed)[GENERATION_LABEL]
    if generation == str(agent.generation) and is_made_for(agent, observed, known.noted):
        return True
    workload = describe(observed)
    digest = known.made_for.get(workload) if known.noted else None
    return digest is not None and made_for(generation, workload, digest) in known.noted


def _has_its_key(context: Context, child: Obj, template: Obj) -> bool:
    """Return whether the Go operator made the pods of a k8sensor for the key that it is to have.

    It watches no Secret, so that a key may have changed since, and these pods go on with the old.
    """
    checksum = annotations_of(template).get(FORMER_CHECKSUM)
    return checksum is None or not any(
        child["metadata"]["name"] == names.k8sensor(context.agent.name, backend.suffix)
        and backend.key.is_usable
        and not is_checksum_of_go_operator(checksum, backend)
        for backend in context.backends
    )


def _with(child: Obj, template: Obj, generation: int, marks: dict[str, str]) -> Obj:
    metadata = child["metadata"]
    labels = metadata["labels"] | {GENERATION_LABEL: str(generation)}
    annotations = annotations_of(child) | marks
    marked = child | {"metadata": metadata | {"labels": labels, "annotations": annotations}}
    return with_template(marked, template)


def _digest(template: Obj) -> str:
    return sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()
