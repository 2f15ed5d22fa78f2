"""Observed children as they are: what this service owns of them, so that applying it is nothing."""

from hooks.contract import MATCHED_BY_PARENT
from hooks.desired.inputs.context import Context
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED, in_order_of_keys, projection
from hooks.kube.objects import Obj, annotations_of
from hooks.labels import OPERATOR
from hooks.observed import ObservedObjects


def owned_part(child: Obj, facts: Facts) -> Obj:
    """Return the paths of an observed child that are ours, with their observed values.

    Ours is what was applied last (its annotation), else what Metacontroller's field manager owns,
    else what the Go operator owns; the labels that the parent selects by are always there.
    """
    return projection(child, (facts.field_manager, OPERATOR), labels=MATCHED_BY_PARENT)


def before_and_after(observed: Obj, ours: Obj, desired: Obj) -> tuple[Obj, Obj]:
    """Return what is ours of an observed child and the desired one, such that they can be compared.

    What Metacontroller's way of applying leaves as it is, is no difference.
    """
    if ours != desired and LAST_APPLIED in annotations_of(observed):
        return in_order_of_keys(ours), in_order_of_keys(desired)
    return ours, desired


class _Itself:
    """An object that is equal to itself alone, so that nothing has to be compared."""

    __slots__ = ("obj",)

    def __init__(self, obj: Obj) -> None:
        self.obj = obj

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.obj is self.obj

    def __hash__(self) -> int:
        return id(self.obj)


def retained(context: Context, child: Obj) -> Obj:
    """Return one observed child unchanged; made once per call, and not to be changed."""
    return context.once(_owned_part, _Itself(child))


def _owned_part(context: Context, observed: _Itself) -> Obj:
    return owned_part(observed.obj, context.facts)


def all_retained(children: ObservedObjects, facts: Facts) -> list[Obj]:
    """Return all observed children unchanged."""
    return [owned_part(child, facts) for child in children]
