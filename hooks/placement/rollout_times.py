"""How long the steps of a rollout take, and what of it nobody can know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hooks.kube.objects import Obj
from hooks.placement.changes import Before
from hooks.placement.cluster import Cluster
from hooks.placement.pod_times import (
    Span,
    end_span,
    grace_seconds,
    min_ready_seconds,
    ready_span,
    startup_seconds,
)
from hooks.placement.steps import Outcome, Steps

FURTHER_SECOND: Final = 1
"""The DaemonSet controller looks so long after `minReadySeconds` whether a pod is available:
`updatePod` in pkg/controller/daemon/daemon_controller.go (v1.36)."""
NO_READY: Final = "how long a new pod takes to become ready: no ready Pod is given"
STARTUP: Final = "; its startup probe allows {} s"
NO_END: Final = "how long an old pod takes to end: at most {} s per step, not included in the time"
NO_ORDER: Final = "which nodes come first: Kubernetes takes them in any order"


@dataclass(frozen=True, slots=True)
class Times:
    """How long parts of each step take; `grace`: what an old pod has at most to end."""

    ready: Span
    end: Span
    min_ready: int
    startup: int
    grace: int
    surging: bool = False

    def seconds(self, steps: Steps) -> Span | None:
        """Return how long all steps take; nothing of a rollout that has no end, or no step.

        About so long, where that depends on the order, is between the best and the worst.
        """
        if steps.outcome in (Outcome.HALTS, Outcome.BY_HAND) or not steps.sizes:
            return None
        end = Span(0, 0) if self.surging else Span(self.end.at_least, self.end.about or 0)
        of_step = end + self.ready + Span(self.min_ready, self.min_ready)
        about = of_step.times((steps.fewest + steps.most) / 2).about
        return Span(of_step.at_least * steps.fewest, about)

    def unknown(self, steps: Steps) -> list[str]:
        """Return what is not known of the time, and of the order."""
        if not steps.sizes:
            return []
        startup = STARTUP.format(self.startup) if self.startup else ""
        is_end_known = self.surging or self.end.about is not None
        return [
            *([NO_READY + startup] if self.ready.about is None else []),
            *([] if is_end_known else [NO_END.format(self.grace)]),
            *([NO_ORDER] if steps.fewest > 1 or steps.outcome is Outcome.HALTS else []),
        ]


def daemonset_times(
    desired: Obj, observed: Obj, there: Before, cluster: Cluster, *, surging: bool
) -> Times:
    """Return the times of a DaemonSet, by its pods as they are and by its last rollout."""
    end = end_span(observed, there.pods, cluster) if observed else Span(0, 0)
    seconds = min_ready_seconds(desired)
    return Times(
        ready=ready_span(desired, there.pods),
        end=end,
        min_ready=seconds + FURTHER_SECOND if seconds else 0,
        startup=startup_seconds(desired),
        grace=grace_seconds(observed),
        surging=surging,
    )


def deployment_times(desired: Obj, observed: Obj, pods: Sequence[Obj]) -> Times:
    """Return the times of a Deployment, which waits for no old pod to end."""
    return Times(
        ready=ready_span(desired, pods),
        end=Span(0, 0),
        min_ready=min_ready_seconds(desired),
        startup=startup_seconds(desired),
        grace=grace_seconds(observed),
        surging=True,
    )
