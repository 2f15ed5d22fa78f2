"""Whether a workload of the Go operator was made for this resource, or for a former one.

The generation on a workload counts the changes of the resource that the operator worked with. This
is another resource if one was deleted without its children and created again, or if a backup of
the workload was restored. The age of the workload does not decide: the operator also applies
workloads that are older than the resource, and then makes the resource their owner.

Templates are not compared with what the operator would render. This service cannot render that
exactly, and a comparison without the fields that differ could miss a change of the user in them.
"""

from hooks.kube.managed_fields import applied_at, owners_applied
from hooks.kube.objects import Obj, annotations_of, describe, labels_of
from hooks.labels import GENERATION_LABEL, OPERATOR
from hooks.models import InstanaAgent

RESOURCE = "instana.io/template-kept-for-uid"
"""On a workload with a retained template that is older than its resource: the UID of the resource.

It holds after the generation has changed, too, and for every version of this service."""


def is_made_for(agent: InstanaAgent, workload: Obj, handed_over: frozenset[str]) -> bool:
    """Return whether the generation on an observed workload counts the changes of this resource.

    What is noted on the workload decides, or else the owner that the operator applied, or else
    `handed_over`, the lines that the hand-over noted on the resource. If nothing is recorded, the
    workload must have been created, or written by the operator, after the resource was created.
    """
    noted = annotations_of(workload).get(RESOURCE)
    owners = {noted} if noted else owners_applied(workload, OPERATOR)
    if owners and agent.metadata.uid:
        return agent.metadata.uid in owners
    if made_for_resource(agent, workload) in handed_over:
        return True
    created = agent.metadata.creation_timestamp
    return not is_older(agent, workload) or applied_at(workload, OPERATOR) >= created


def is_older(agent: InstanaAgent, workload: Obj) -> bool:
    """Return whether an observed workload was there before the resource."""
    created = workload["metadata"].get("creationTimestamp") or ""
    return bool(created) and created < agent.metadata.creation_timestamp


def made_for(generation: str, workload: str, digest: str) -> str:
    """Return the line that the hand-over notes of a workload made for a generation."""
    return f"{generation} {workload} {digest}"


def made_for_resource(agent: InstanaAgent, workload: Obj) -> str:
    """Return the line that the hand-over notes of a workload that is older than its resource."""
    generation = labels_of(workload).get(GENERATION_LABEL, "")
    return made_for(generation, describe(workload), agent.metadata.uid)
