"""What a response changes in the cluster: the names of children, and none of their values."""

from dataclasses import dataclass
from typing import TypeAlias

from hooks.kube.objects import Obj, as_object, describe, identity
from hooks.observed import ObservedObjects

Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Children by `Kind/name`: those to create, to change, and to delete."""

    created: Names = ()
    changed: Names = ()
    deleted: Names = ()


NO_CHANGES = Changes()


def changes_of(observed: ObservedObjects, children: list[Obj], pending: list[Obj]) -> Changes:
    """Return the changes of the children; `pending` are those that are not as desired.

    At rest this only compares the number of children. A child that is being deleted does not count
    as a deletion again: it may wait for its finalizers for any time.
    """
    count = sum(map(len, observed.by_kind.values()))
    if not pending and count == len(children):
        return NO_CHANGES
    observed_identities = {identity(child) for child in observed}
    desired_identities = {identity(child) for child in children}
    surplus = [child for child in observed if identity(child) not in desired_identities]
    return Changes(
        created=_names([child for child in pending if identity(child) not in observed_identities]),
        changed=_names([child for child in pending if identity(child) in observed_identities]),
        deleted=_names([child for child in surplus if not _is_being_deleted(child)]),
    )


def _is_being_deleted(child: Obj) -> bool:
    return "deletionTimestamp" in as_object(child.get("metadata"))


def _names(children: list[Obj]) -> Names:
    return tuple(sorted(map(describe, children)))
