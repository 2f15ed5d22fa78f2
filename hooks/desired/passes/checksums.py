"""The annotation that restarts pods when a value changes that they read only as they start.

One for agents and k8sensors alike: a digest over all such values of a pod (`start_values`).

No pod restarts for the annotation alone. A workload whose pods were made without one, by an earlier
version or while it was switched off, notes the digest beside them; the pods get it with the first
change, be it of a value or of anything else.
"""

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.owned import retained
from hooks.desired.passes.start_values import Holders, checksum_of, holders_of
from hooks.kube.containment import contains
from hooks.kube.objects import Obj, annotations_of, as_object, labels_of
from hooks.kube.workloads import WORKLOADS, template_of, with_template
from hooks.labels import GENERATION_LABEL

CHECKSUM = "instana.io/secrets-checksum"
"""On pods: the digest of what they read. On a workload: that of pods that were made without."""

FORMER_CHECKSUM = "checksum/backend"
"""On k8sensors of the Go operator and of earlier versions: stays as long as the pods do."""


def with_checksums(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the children, the workloads among them with the annotation."""
    holders = holders_of(context, children)
    return [
        _with_checksum(holders, child) if child["kind"] in WORKLOADS else child
        for child in children
    ]


def recorded_checksum(workload: Obj) -> str:
    """Return the digest of what the pods of a workload read; empty where none is recorded."""
    template = template_of(workload)
    return annotations_of(template).get(CHECKSUM) or annotations_of(workload).get(CHECKSUM) or ""


def without_checksums(template: Obj) -> Obj:
    """Return a pod template without digests of what its pods read."""
    annotations = {
        name: text
        for name, text in annotations_of(template).items()
        if name not in (CHECKSUM, FORMER_CHECKSUM)
    }
    return _annotated(template, annotations)


def _with_checksum(holders: Holders, child: Obj) -> Obj:
    context = holders.context
    observed = context.observed_as(child)
    of_pods, beside = _decided(context, child, observed, checksum_of(holders, child))
    former = annotations_of(template_of(observed or {})).get(FORMER_CHECKSUM, "")
    former_note = {} if of_pods else _note(FORMER_CHECKSUM, former)
    template = template_of(child)
    annotations = annotations_of(template) | former_note | _note(CHECKSUM, of_pods)
    noted = _annotated(child, annotations_of(child) | _note(CHECKSUM, beside))
    return with_template(noted, _annotated(template, annotations))


def _note(name: str, checksum: str) -> dict[str, str]:
    return {name: checksum} if checksum else {}


def _decided(context: Context, child: Obj, observed: Obj | None, checksum: str) -> tuple[str, str]:
    """Return the digest for the pods, and the one to be noted beside them; empty for none.

    What is noted stays until the pods have theirs: a change of them may be held back.
    """
    before = annotations_of(template_of(observed or {})).get(CHECKSUM, "")
    noted = annotations_of(observed or {}).get(CHECKSUM, "")
    if not (context.agent.spec.agent.reload_on_secret_change and checksum):
        return before, "" if before else noted
    is_without = observed and not before and GENERATION_LABEL not in labels_of(observed)
    if observed and is_without and noted in ("", checksum) and _is_same(context, child, observed):
        return "", checksum
    return checksum, "" if before else noted


def _is_same(context: Context, child: Obj, observed: Obj) -> bool:
    """Return whether the pods are as observed in all but what they read."""
    ours = without_checksums(template_of(child))
    there = without_checksums(template_of(observed))
    applied = without_checksums(template_of(retained(context, observed)))
    return contains(there, ours) and contains(ours, applied)


def _annotated(part: Obj, annotations: dict[str, str]) -> Obj:
    """Return an object or a template with these annotations and no others."""
    metadata = {
        name: value
        for name, value in as_object(part.get("metadata")).items()
        if name != "annotations"
    }
    return part | {"metadata": metadata | ({"annotations": annotations} if annotations else {})}
