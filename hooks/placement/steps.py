"""In what steps the pods of a DaemonSet or Deployment are replaced, and how that ends.

A step ends when the pods that it replaced are available. The controller goes on with each pod
separately, which takes as long as steps do where all pods take equally long.
"""

from dataclasses import dataclass
from enum import Enum
from itertools import groupby


class Outcome(Enum):
    """How a rollout ends."""

    COMPLETES = "completes"
    INCOMPLETE = "incomplete"
    """All pods that can be are replaced, and some pods stay unavailable."""
    HALTS = "halts"
    """Some old pods are never replaced: new ones that stay Pending, and dead nodes, take up what
    may be unavailable."""
    BY_HAND = "byHand"
    """Each pod is replaced once somebody deletes it (OnDelete)."""


@dataclass(frozen=True, slots=True)
class Pods:
    """The pods of a workload, by what becomes of them in a rollout.

    `at_once`: are replaced or made whatever the strategy says, and count until they are available.
    `in_turn`: have an available old pod, which goes in its turn; `stuck` of them get a new one that
    stays Pending. `lost`: count as unavailable all along. `surging`: an old pod goes only once its
    new one is available, and what is replaced at once does not count.
    """

    at_once: int
    in_turn: int
    stuck: int = 0
    lost: int = 0
    surging: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """How many pods are replaced in each step, and how it ends.

    It depends on the order whether a pod that gets stuck comes early or late, and nobody knows the
    order. `sizes` are the steps if they come last, and `most` is how many there are if they come
    first. Of a rollout that halts they are the first step only. `replaced`: how many pods are
    replaced at least and at most.
    """

    sizes: tuple[int, ...]
    most: int
    outcome: Outcome
    replaced: tuple[int, int]

    @property
    def fewest(self) -> int:
        """Return how many steps there are at least."""
        return len(self.sizes)

    def runs(self) -> list[tuple[int, int]]:
        """Return how many steps in a row replace how many pods: times and pods."""
        return [(len([*same]), size) for size, same in groupby(self.sizes)]


def steps_of(pods: Pods, may_lack: int) -> Steps:
    """Return the steps of a rollout in which so many pods may be unavailable, or surge.

    `rollingUpdate` of pkg/controller/daemon/update.go (v1.36): pods that are not available count
    first, new ones and those of dead nodes alike; as many more go as are then left.
    """
    left = may_lack - pods.lost
    counted = 0 if pods.surging else pods.at_once
    first = min(pods.in_turn, max(0, left - counted))
    begun = (pods.at_once + first,) if pods.at_once + first else ()
    rest = pods.in_turn - first
    if rest and pods.stuck >= left:
        return Steps(begun, len(begun), Outcome.HALTS, _until_it_halts(pods, max(0, left)))
    sizes = begun + _sizes(rest, left)
    slow = -(-rest // (left - pods.stuck)) if rest else 0
    outcome = Outcome.INCOMPLETE if pods.stuck or pods.lost else Outcome.COMPLETES
    replaced = pods.at_once + pods.in_turn - (pods.stuck if pods.surging else 0)
    return Steps(sizes, len(begun) + slow, outcome, (replaced, replaced))


def _until_it_halts(pods: Pods, left: int) -> tuple[int, int]:
    """Return how many pods are replaced if those that get stuck come first, and if last."""
    if not left:
        return pods.at_once, pods.at_once
    stuck = 0 if pods.surging else left
    return pods.at_once + stuck, pods.at_once + pods.in_turn - pods.stuck + stuck


def _sizes(number: int, at_once: int) -> tuple[int, ...]:
    if number <= 0:
        return ()
    whole, last = divmod(number, at_once)
    return (at_once,) * whole + ((last,) if last else ())
