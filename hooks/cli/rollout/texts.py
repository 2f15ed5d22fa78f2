"""The preview of a rollout in lines."""

from collections.abc import Iterator, Mapping
from typing import Final

from hooks.cli.placement.texts import duration_text, nodes_text, number, reasons_text
from hooks.placement.changes import Fate
from hooks.placement.pod_times import Span
from hooks.placement.rollout import Rollout
from hooks.placement.steps import Outcome

WORDS: Final[Mapping[Fate, str]] = {
    Fate.RESTARTS: "restart on {}",
    Fate.RESTARTS_AT_ONCE: "restart at once on {}: their pods are not available",
    Fate.STARTS: "start at once on {}",
    Fate.DELETED: "deleted at once on {}",
    Fate.DELETED_IN_TURN: "deleted in turn on {}: a taint keeps new pods away",
    Fate.LOST: "unavailable on {}: not ready",
}
WITHOUT_END: Final = (Outcome.HALTS, Outcome.BY_HAND)
OPEN: Final = "to replace on {}"
"""What restarts where the rollout does not come to all of it by itself."""
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.INCOMPLETE: "incomplete: some pods stay unavailable",
    Outcome.HALTS: "halts{}: too many pods stay unavailable",
    Outcome.BY_HAND: "each pod is replaced once you delete it (OnDelete)",
}


def rollout_lines(rollout: Rollout) -> Iterator[str]:
    """Yield the lines about the rollout of one workload."""
    told = "; ".join(_summary(rollout))
    yield f"rollout of {rollout.workload}: {told or 'no node is concerned'}"
    for fate, words in WORDS.items():
        if nodes := rollout.nodes(fate):
            is_open = fate is Fate.RESTARTS and rollout.steps.outcome in WITHOUT_END
            yield f"    {(OPEN if is_open else words).format(nodes_text(nodes))}"
    for why, nodes in _pending(rollout).items():
        yield f"    new pods stay Pending on {nodes_text(nodes)}: {why}"
    for reason in rollout.unknown:
        yield f"    not known: {reason}"


def _pending(rollout: Rollout) -> dict[str, list[str]]:
    """Return the nodes on which new pods stay Pending, by the reasons."""
    found: dict[str, list[str]] = {}
    for node, reasons in rollout.pending.items():
        found.setdefault(reasons_text(reasons, with_details=True), []).append(node)
    return found


def _summary(rollout: Rollout) -> Iterator[str]:
    steps = rollout.steps
    if steps.outcome in OUTCOMES:
        yield OUTCOMES[steps.outcome].format(_until(rollout))
    if rollout.eligible is not None:
        yield f"{number(rollout.eligible, 'node')} can run its pods"
    if steps.sizes and steps.outcome is not Outcome.BY_HAND:
        first = "the first step is " if steps.outcome is Outcome.HALTS else ""
        yield first + " then ".join(_run(*run) for run in steps.runs())
    if steps.most > steps.fewest:
        yield f"at most {number(steps.most, 'step')}"
    if seconds := rollout.seconds:
        yield from _time(seconds)


def _time(seconds: Span) -> Iterator[str]:
    if seconds.about is not None:
        yield f"about {duration_text(seconds.about)}"
    elif seconds.at_least:
        yield f"at least {duration_text(seconds.at_least)}"


def _until(rollout: Rollout) -> str:
    fewest, most = rollout.steps.replaced
    if rollout.steps.outcome is not Outcome.HALTS:
        return ""
    if fewest == most:
        return f" after {number(most, 'pod')}"
    return f" after {fewest} to {number(most, 'pod')}"


def _run(times: int, pods: int) -> str:
    return f"{number(times, 'step')} of {number(pods, 'pod')}"
