"""How long the steps of a rollout take, and what of it nobody can know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hooks.kube.objects import Obj
from hooks.kube.pods import containers_of
from hooks.kube.workloads import pod_spec
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
NO_PULL: Final = "how long nodes take to pull the image: new pods have another than old ones"
NO_ORDER: Final = "which nodes come first: Kubernetes takes them in any order"


@dataclass(frozen=True, slots=True)
class Times:
    """How long parts of each step take; `grace`: what an old pod has at most to end.

    `is_pulling`: new pods have an image that the old ones do not have.
    """

    ready: Span
    end: Span
    min_ready: int
    startup: int
    grace: int
    surging: bool = False
    is_pulling: bool = False

    def seconds(self, steps: Steps) -> Span | None:
        """Return how long all steps take; nothing of a rollout that has no end, or no step.

        About so long, where that depends on the order, is between the best and the worst. If it
        is not known how long an old pod takes to end, it is at least what all else takes.
        """
        if steps.outcome in (Outcome.HALTS, Outcome.BY_HAND) or not steps.sizes:
            return None
        new = self.ready + Span(self.min_ready, self.min_ready)
        if not self._is_end_known:
            return Span(new.at_least * steps.fewest)
        of_step = new if self.surging else self.end + new
        about = of_step.times((steps.fewest + steps.most) / 2).about
        return Span(of_step.at_least * steps.fewest, about)

    def unknown(self, steps: Steps) -> list[str]:
        """Return what is not known of the time, and of the order."""
        if not steps.sizes:
            return []
        startup = STARTUP.format(self.startup) if self.startup else ""
        return [
            *([NO_READY + startup] if self.ready.about is None else []),
            *([NO_PULL] if self.is_pulling else []),
            *([] if self._is_end_known else [NO_END.format(self.grace)]),
            *([NO_ORDER] if steps.fewest > 1 or steps.outcome is Outcome.HALTS else []),
        ]

    @property
    def _is_end_known(self) -> bool:
        return self.surging or self.end.about is not None


def daemonset_times(
    desired: Obj, observed: Obj, there: Before, cluster: Cluster, *, surging: bool
) -> Times:
    """Return the times of a DaemonSet, by its pods as they are and by its last rollout."""
    end = end_span(observed, there.pods, cluster) if observed else Span(0, 0)
    return Times(
        ready=ready_span(desired, there.pods),
        end=end,
        min_ready=_min_ready(desired, observed),
        startup=startup_seconds(desired),
        grace=grace_seconds(observed),
        surging=surging,
        is_pulling=_is_pulling(desired, observed),
    )


def _min_ready(desired: Obj, observed: Obj) -> int:
    """Return how long a pod is ready until the rollout goes on.

    If the last rollout waited as well, the further second is in its pauses.
    """
    seconds = min_ready_seconds(desired)
    return seconds + FURTHER_SECOND if seconds and not min_ready_seconds(observed) else seconds


def deployment_times(desired: Obj, observed: Obj, pods: Sequence[Obj]) -> Times:
    """Return the times of a Deployment, which waits for no old pod to end."""
    return Times(
        ready=ready_span(desired, pods),
        end=Span(0, 0),
        min_ready=min_ready_seconds(desired),
        startup=startup_seconds(desired),
        grace=grace_seconds(observed),
        surging=True,
        is_pulling=_is_pulling(desired, observed),
    )


def _is_pulling(desired: Obj, observed: Obj) -> bool:
    """Return whether pods of a workload get an image that its old pods do not have."""
    old, new = (_images(pod_spec(each)) for each in (observed, desired))
    return bool(old) and not new <= old


def _images(pod: Obj) -> set[str]:
    return {str(container.get("image")) for container in containers_of(pod)}
