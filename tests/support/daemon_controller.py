"""The rolling update of the DaemonSet controller, played on pods in memory, nodes in any order.

A translation of `rollingUpdate` and of `podsShouldBeOnNode` in pkg/controller/daemon (v1.36), with
time in rounds: what starts in a round is available in the next one, unless it gets stuck.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random


@dataclass
class PlayedNode:
    """A node and its pods: whether the old one is there and available, and the new one.

    `is_dead`: nothing starts or ends there; `gets_stuck`: a new pod stays Pending.
    """

    name: str
    old: bool = True
    old_is_available: bool = True
    is_dead: bool = False
    gets_stuck: bool = False
    new: bool = False
    new_is_available: bool = False
    ending: bool = False

    def has_available(self) -> bool:
        """Tell whether a pod is available there."""
        return (self.old and self.old_is_available) or (self.new and self.new_is_available)


@dataclass
class PlayedRollout:
    """What became of the nodes: how many rounds replaced a pod, which pods were deleted."""

    rounds: int = 0
    replaced: set[str] = field(default_factory=set)
    most_unavailable: int = 0


def play(
    nodes: Sequence[PlayedNode], unavailable: int, surge: int, random: Random
) -> PlayedRollout:
    """Return what a rollout does with the nodes, until it does nothing any more."""
    result = PlayedRollout()
    while True:
        _manage(nodes, result)
        gone = {node.name for node in nodes if not node.old}
        begun = _surge(nodes, surge, random) if surge else _replace(nodes, unavailable, random)
        result.replaced |= {node.name for node in nodes if not node.old} - gone
        result.most_unavailable = max(
            result.most_unavailable, sum(not node.has_available() for node in nodes)
        )
        changed = _pass_time(nodes)
        result.rounds += bool(begun)
        if not begun and not changed:
            return result


def _manage(nodes: Sequence[PlayedNode], result: PlayedRollout) -> None:
    """Make pods that lack; of two pods of which neither is ready, only the new one stays."""
    for node in nodes:
        if node.old and node.new and not node.old_is_available:
            node.old = False
            result.replaced.add(node.name)
        if not node.old and not node.new and not node.ending and not node.is_dead:
            node.new = True


def _replace(nodes: Sequence[PlayedNode], most: int, random: Random) -> int:
    lacking = sum(not node.old and not (node.new and node.new_is_available) for node in nodes)
    forced = [node for node in nodes if node.old and not node.old_is_available]
    candidates = [node for node in nodes if node.old and node.old_is_available]
    random.shuffle(candidates)
    chosen = [*forced, *candidates[: max(0, most - lacking - len(forced))]]
    for node in chosen:
        node.old = False
        node.ending = node.is_dead
        node.new = not node.is_dead
    return len(chosen)


def _surge(nodes: Sequence[PlayedNode], most: int, random: Random) -> int:
    for node in nodes:
        if node.old and node.new and node.new_is_available:
            node.old = False
    taken = sum(node.old and node.new for node in nodes)
    forced = [node for node in nodes if _lacks_new(node) and not node.old_is_available]
    candidates = [node for node in nodes if _lacks_new(node) and node.old_is_available]
    random.shuffle(candidates)
    chosen = [*forced, *candidates[: max(0, most - taken)]]
    for node in chosen:
        node.new = True
    return len(chosen)


def _lacks_new(node: PlayedNode) -> bool:
    return node.old and not node.new and not node.is_dead


def _pass_time(nodes: Sequence[PlayedNode]) -> int:
    ready = [
        node for node in nodes if node.new and not node.new_is_available and not node.gets_stuck
    ]
    for node in ready:
        node.new_is_available = True
    return len(ready)
