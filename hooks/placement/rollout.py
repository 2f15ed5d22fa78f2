"""The rollout of one workload, as it is shown before it begins."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from hooks.kube.objects import Obj
from hooks.kube.rolling_update import Sides
from hooks.placement.changes import Fate, NodeChange, nodes_with
from hooks.placement.pod_times import Span
from hooks.placement.reasons import Reason
from hooks.placement.steps import Steps

NO_SIDES: Final = Sides(0, 0)


@dataclass(frozen=True)
class Rollout:
    """What becomes of the pods of one workload; `type`: of its strategy, empty where it goes.

    `sides`: how many pods may be unavailable, and how many more there may be; `seconds`: how long
    the steps take, nothing for what nobody can know; `eligible`: for a Deployment, how many nodes
    can run a pod.
    """

    workload: str
    verb: str
    type: str
    steps: Steps
    sides: Sides = NO_SIDES
    changes: Sequence[NodeChange] = ()
    seconds: Span | None = None
    unknown: Sequence[str] = field(default=())
    eligible: int | None = None

    def nodes(self, *fates: Fate) -> list[str]:
        """Return the nodes whose pods have one of these fates."""
        return nodes_with(self.changes, *fates)

    @property
    def pending(self) -> dict[str, tuple[Reason, ...]]:
        """Return the nodes on which a new pod stays Pending, with the reasons."""
        return {change.node: change.pending for change in self.changes if change.pending}

    def as_json(self) -> Obj:
        """Return it for programs."""
        fewest, most = self.steps.replaced
        return {
            "workload": self.workload,
            "verb": self.verb,
            "strategy": {
                "type": self.type,
                "maxUnavailable": self.sides.unavailable,
                "maxSurge": self.sides.surge,
            },
            "nodes": {fate.value: self.nodes(fate) for fate in Fate},
            "pending": {
                node: [reason.as_json() for reason in reasons]
                for node, reasons in self.pending.items()
            },
            "eligibleNodes": self.eligible,
            "steps": [{"times": times, "pods": pods} for times, pods in self.steps.runs()],
            "mostSteps": self.steps.most,
            "outcome": self.steps.outcome.value,
            "replaced": {"min": fewest, "max": most},
            "seconds": self.seconds.as_json() if self.seconds else None,
            "unknown": list(self.unknown),
        }
