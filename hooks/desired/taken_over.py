"""Pod templates of the Go operator's workloads: kept until something else changes them.

Its templates differ from ours in a few places. Putting ours in their place at the take-over would
restart the agent on every node for nothing that anybody asked for, so an observed template stays
while it is what the Go operator made of this very spec, and ours comes with the next real change.
"""

import json
from hashlib import sha256

from hooks.desired.context import Context
from hooks.desired.kept import as_observed
from hooks.desired.missing import missing_references, undecided_references
from hooks.desired.names import DAEMON_SET, DEPLOYMENT
from hooks.facts import TakeOver
from hooks.kube.objects import Obj, annotations_of, labels_of, present

GENERATION_LABEL = "agent.instana.io/generation"
"""On all children of the Go operator: the generation of the resource that it made them for.

On a workload with a kept template: the generation that the template is still right for."""

INSTEAD_OF = "instana.io/template-kept-instead-of"
"""On a workload with a kept template: the digest of the one that we would have put there."""

WORKLOADS = {"DaemonSet": DAEMON_SET, "Deployment": DEPLOYMENT}


def with_templates_kept(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the children, with the observed template in each workload that is to keep it."""
    if context.facts.take_over is TakeOver.UPDATE:
        return children
    return [_with_template_kept(context, child) for child in children]


def keeps_template(child: Obj) -> bool:
    """Tell whether a desired workload has the template of the Go operator."""
    return GENERATION_LABEL in labels_of(child)


def _with_template_kept(context: Context, child: Obj) -> Obj:
    kind = WORKLOADS.get(child["kind"])
    observed = context.observed(kind, child["metadata"]["name"]) if kind else None
    if not observed or GENERATION_LABEL not in labels_of(observed):
        return child
    template = (as_observed(context, observed).get("spec") or {}).get("template")
    known = annotations_of(observed).get(INSTEAD_OF)
    # While something is missing that the resource names, ours is not the one to compare with.
    ours = known if _lacks_something(context) else _digest(child["spec"]["template"])
    if not template or not _is_to_be_kept(context, observed, known, ours):
        return child
    return _with(child, template, context.agent.generation, ours)


def _is_to_be_kept(context: Context, observed: Obj, known: str | None, ours: str | None) -> bool:
    """Tell whether nothing but the Go operator's ways is the difference between the templates."""
    is_of_this_spec = labels_of(observed)[GENERATION_LABEL] == str(context.agent.generation)
    if known is None or _lacks_something(context):
        return is_of_this_spec
    return known == ours


def _lacks_something(context: Context) -> bool:
    return bool(missing_references(context) or undecided_references(context))


def _with(child: Obj, template: Obj, generation: int, digest: str | None) -> Obj:
    metadata = child["metadata"]
    mark = present(**{INSTEAD_OF: digest})
    annotations = metadata.get("annotations", {}) | mark
    return child | {
        "metadata": metadata
        | {"labels": metadata["labels"] | {GENERATION_LABEL: str(generation)}}
        | present(annotations=annotations or None),
        "spec": child["spec"] | {"template": template},
    }


def _digest(template: Obj) -> str:
    return sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()
