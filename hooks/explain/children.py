"""The children of a resource as the sync hook makes them, also of one that breaks rules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from hooks.desired import build_context, desired_children
from hooks.desired.passes.adopted import retained_children
from hooks.desired.passes.hold_changes import with_changes_held
from hooks.desired.passes.in_the_way import writable
from hooks.desired.passes.pause import is_paused
from hooks.errors import HookError, InternalError
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.models import InstanaAgent
from hooks.rules import parse_agent, read_agent
from hooks.wire import SyncRequest

Read: TypeAlias = Callable[[Obj], InstanaAgent]


@dataclass(frozen=True, slots=True)
class Situation:
    """What children are made from: what is observed, and the facts of the installation."""

    request: SyncRequest
    facts: Facts


def children_of(situation: Situation) -> list[Obj]:
    """Return the children, those that others are in the way of among them.

    Like `hooks.sync.reconcile`, without the status. Raises HookError for an invalid resource.
    """
    return _made(situation, parse_agent)


def children_in_spite_of_rules(situation: Situation) -> list[Obj]:
    """Return the children of a resource that may break rules; raises HookError if it has none.

    Nothing is promised for such a resource, so any failure counts as having none.
    """
    return _made(situation, read_agent)


def _made(situation: Situation, read: Read) -> list[Obj]:
    try:
        return _children(situation, read)
    except HookError:
        raise
    except Exception as error:
        msg = f"a {type(error).__name__}"
        raise InternalError(msg) from error


def _children(situation: Situation, read: Read) -> list[Obj]:
    request, facts = situation.request, situation.facts
    if facts.release and request.release not in ("", facts.release) and any(request.children):
        return _retained(situation)
    context = build_context(read(request.parent), request.children, request.related, facts)
    found = writable(context, desired_children(context).children)
    answered, _ = with_changes_held(context, found.children)
    return _retained(situation) if is_paused(request.parent) else [*answered, *found.withheld]


def _retained(situation: Situation) -> list[Obj]:
    request = situation.request
    return retained_children(request.parent, request.children, request.related, situation.facts)
