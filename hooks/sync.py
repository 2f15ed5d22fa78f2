"""The sync hook of InstanaAgent: from what is observed to the children and the status.

One function for the hook, for `render` and for the tests. Nothing is ever deleted for an error:
a resource that cannot be carried out keeps its observed children as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hooks.desired import build_context, desired_children
from hooks.desired.passes.adopted import retained_children
from hooks.desired.passes.hold_changes import with_changes_held
from hooks.desired.passes.in_the_way import writable
from hooks.desired.passes.pause import is_paused
from hooks.errors import (
    MOST_PROBLEMS,
    HookError,
    InternalError,
    InvalidResource,
    Problem,
    UnreadableRequest,
)
from hooks.facts import Facts
from hooks.kube.objects import Obj, present
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rules import parse_agent
from hooks.status import (
    Report,
    report_on_invalid,
    report_on_other_release,
    report_on_paused,
    report_on_valid,
)
from hooks.status.changes import NO_CHANGES, Changes
from hooks.wire import SyncRequest, sync_request


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a resource leads to; with problems, the children are the observed ones.

    `withheld`: children that are not to be written as long as others stand in their way.
    """

    children: list[Obj]
    report: Report
    withheld: tuple[Obj, ...] = ()
    problems: tuple[Problem, ...] = ()


def _unnoted(_changes: Changes) -> None:
    """Take no note of what changes."""


def sync(request: Obj, facts: Facts, now: str, note: Callable[[Changes], None] = _unnoted) -> Obj:
    """Return the answer to a sync request: `children`, `status`, and `resyncAfterSeconds` if any.

    `now` is the time of the call in RFC 3339, in whole seconds of UTC; it becomes the transition
    time of conditions whose status changes. `note` gets which children change.
    Raises UnreadableRequest for what is no sync request of an InstanaAgent, InternalError for a
    mistake of this service.
    """
    outcome = reconcile(sync_request(request), facts, now)
    note(outcome.report.changes)
    return {
        "children": outcome.children,
        "status": outcome.report.status,
        **present(resyncAfterSeconds=outcome.report.resync_after),
    }


def reconcile(request: SyncRequest, facts: Facts, now: str) -> Outcome:
    """Return what the observed resource leads to; see `sync` for the errors."""
    _check_kind(request.parent)
    try:
        return _outcome(request, facts, now)
    except HookError as error:
        error.within(resource=_whose(request.parent))
        raise
    except Exception as error:
        msg = f"a {type(error).__name__}"
        raise InternalError(msg).within(resource=_whose(request.parent)) from error


def _outcome(request: SyncRequest, facts: Facts, now: str) -> Outcome:
    outcome = _own_outcome(request, facts, now)
    if facts.release and request.release not in ("", facts.release):
        return _left_to_other_release(request, outcome, facts, now)
    return outcome


def _left_to_other_release(request: SyncRequest, own: Outcome, facts: Facts, now: str) -> Outcome:
    """Return the children as observed, such that two releases at once change nothing in turns.

    A resource without children gets those of this release: no pod waits for the other one.
    """
    observed = _retained(request, facts)
    report = report_on_other_release(request.parent, own.report, request.release, facts, now)
    if not observed:
        return replace(own, report=report)
    return replace(own, children=observed, report=replace(report, changes=NO_CHANGES))


def _own_outcome(request: SyncRequest, facts: Facts, now: str) -> Outcome:
    """Return what the resource leads to by this release of the service."""
    try:
        agent = parse_agent(request.parent)
        context = build_context(agent, request.children, request.related, facts)
        desired = desired_children(context)
        found = writable(context, desired.children)
        found.retained_for = desired.retained_for
        found.children, held = with_changes_held(context, found.children)
    except InvalidResource as invalid:
        return _unchanged(request, invalid.problems[:MOST_PROBLEMS], facts, now)
    if is_paused(request.parent):
        return Outcome(
            _retained(request, facts),
            report_on_paused(request.parent, context, found.children, now),
        )
    report = report_on_valid(request.parent, context, found, held, now)
    return Outcome(found.children, report, tuple(found.withheld))


def _unchanged(
    request: SyncRequest, problems: tuple[Problem, ...], facts: Facts, now: str
) -> Outcome:
    return Outcome(
        _retained(request, facts),
        report_on_invalid(request.parent, request.children, problems, facts, now),
        problems=problems,
    )


def _retained(request: SyncRequest, facts: Facts) -> list[Obj]:
    return retained_children(request.parent, request.children, request.related, facts)


def _check_kind(parent: Obj) -> None:
    if (parent.get("apiVersion"), parent.get("kind")) != (API_VERSION, KIND):
        msg = f"the request's parent is not an {KIND} of {API_VERSION}"
        raise UnreadableRequest(msg)


def _whose(parent: Obj) -> str:
    metadata = parent["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"
