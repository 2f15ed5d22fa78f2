"""Changes of pod templates that wait until somebody approves them: `spec.rollout.policy: Manual`.

The observed template stays in its workload, all else of the resource is carried out. A change is
from one template to another one of one workload: its name is a digest of all three, so that an
approval is for nothing else, now or later.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.owned import before_and_after, retained
from hooks.desired.passes.checksums import CHECKSUM
from hooks.kube.differences import differing_paths
from hooks.kube.objects import Obj, describe
from hooks.kube.workloads import template_of
from hooks.models.instana_agent import MANUAL
from hooks.observed.rollout import pods

APPROVE = "instana.io/approve"
"""On the resource: the names of the changes that may roll out, with commas between them."""

ANNOTATIONS = "metadata.annotations"
DIGITS = 16


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A change of one workload's pods that is not made yet.

    `paths` are those in the template that would change, `pods` how many pods would be replaced.
    """

    workload: str
    name: str
    paths: tuple[str, ...]
    pods: int

    @property
    def has_new_values(self) -> bool:
        """Return whether pods are to read other values as they start, among others perhaps."""
        return any(path == ANNOTATIONS or path.endswith(CHECKSUM) for path in self.paths)


def with_changes_held(
    context: Context, children: list[Obj]
) -> tuple[list[Obj], tuple[HeldChange, ...]]:
    """Return the children, with the observed template where the desired one is not approved.

    And the changes that are held for it. A workload that does not exist yet is not held.
    """
    if context.agent.spec.rollout.policy != MANUAL:
        return children, ()
    answered: list[Obj] = []
    held: list[HeldChange] = []
    for child in children:
        observed = context.observed_workload(child)
        change = _change(context, observed, child) if observed else None
        if observed and change and change.name not in approvals(context):
            held.append(change)
            answered.append(_with_template_of(context, observed, child))
        else:
            answered.append(child)
    return answered, tuple(held)


def approvals(context: Context) -> set[str]:
    """Return the names of changes that are approved, of whatever changes there are."""
    names = context.agent.metadata.annotations.get(APPROVE, "")
    return {name.strip() for name in names.split(",")} - {""}


def _change(context: Context, observed: Obj, child: Obj) -> HeldChange | None:
    before, after = before_and_after_of_template(context, observed, child)
    if before == after:
        return None
    paths = tuple(differing_paths(before, after))
    return HeldChange(describe(child), _name(child, before, after), paths, pods(observed))


def before_and_after_of_template(context: Context, observed: Obj, child: Obj) -> tuple[Obj, Obj]:
    """Return what is ours of an observed pod template, and the desired one, to be compared."""
    before, after = before_and_after(observed, retained(context, observed), child)
    return template_of(before), template_of(after)


def _with_template_of(context: Context, observed: Obj, child: Obj) -> Obj:
    """Return the child with the observed template; none where none is ours, which then stays."""
    spec = {name: part for name, part in child["spec"].items() if name != "template"}
    template = template_of(retained(context, observed))
    return child | {"spec": spec | ({"template": template} if template else {})}


def _name(child: Obj, before: Obj, after: Obj) -> str:
    change = json.dumps([describe(child), before, after], sort_keys=True)
    return sha256(change.encode()).hexdigest()[:DIGITS]
