"""Which of the desired children may be written: what is not known to be ours stays untouched.

With server-side apply Metacontroller writes over whatever has the name of a child; with dynamic
apply it leaves that as it is, and says nothing. So a child that is not observed is written only
where nothing of its name is found. What carries the resource's labels is adopted by Metacontroller
first, and then observed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from hooks import contract
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.owned import retained
from hooks.desired.inputs.ownership import is_account_of_guide, is_given
from hooks.desired.inputs.unresolved import Unresolved
from hooks.desired.passes.adopted import adopted_children
from hooks.desired.passes.replaced_agents import agents_to_retain
from hooks.desired.passes.retain_referenced import referenced_children, with_referenced_entries
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Identity, Obj, annotations_of, as_object, identity, kind_of
from hooks.kube.pods import Named, named_by
from hooks.kube.workloads import WORKLOADS, pod_spec
from hooks.observed import Lookup, Presence

ISSUED_FOR = "cert-manager.io/certificate-name"
"""On a Secret that cert-manager wrote: the name of the Certificate."""


class Standing(Enum):
    """What stands at the place of a child that is not observed."""

    NOTHING = "nothing"
    ANOTHER = "another"
    """An object of somebody else's."""
    GIVEN = "given"
    """One with our labels, which Metacontroller has not adopted yet."""
    UNKNOWN = "unknown"
    """Nobody looked yet: the answer of an older customize hook still holds."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An object of somebody else's, and the child in whose way it is.

    It is at the child's place, or at that of what somebody else makes for the child.
    """

    child: Obj
    obj: Obj


@dataclass(slots=True)
class Writable:
    """The desired children by what may become of them.

    `children`: what is answered. `retained`: workloads among them that stay as observed while what
    they need, or what is to replace them, is withheld. `withheld`: the desired children that are
    not answered. `in_the_way`: what others have there. `given`: objects that Metacontroller is to
    adopt. `unknown`: the children at whose places nobody looked yet. `adopted`: observed children
    of other resources, which are answered as they are. `retained_for`: see Desired.
    """

    children: list[Obj] = field(default_factory=list)
    retained: list[Obj] = field(default_factory=list)
    withheld: list[Obj] = field(default_factory=list)
    in_the_way: list[Obstacle] = field(default_factory=list)
    given: list[Obj] = field(default_factory=list)
    unknown: list[Obj] = field(default_factory=list)
    adopted: list[Obj] = field(default_factory=list)
    retained_for: Mapping[str, tuple[Unresolved, ...]] = field(default_factory=dict)


def writable(context: Context, desired: Iterable[Obj]) -> Writable:
    """Return the desired children, given in their order, by what may become of them."""
    of_others = _of_others(context)
    found, lacking = Writable(adopted=[*of_others.values()]), set[Named]()
    for child in desired:
        if identity(child) not in of_others and _may_be_written(context, child, found):
            found.children.append(child)
        else:
            found.withheld.append(child)
            lacking |= _provided_by(child)
    if lacking:
        _retain_dependents(context, found, lacking)
    _retain_agents(context, found)
    if of_others:
        found.children = sorted([*found.children, *found.adopted], key=identity)
    return found


def _of_others(context: Context) -> dict[Identity, Obj]:
    agent = context.agent
    return adopted_children(
        agent.namespace, agent.name, context.children, context.related, context.facts
    )


def _may_be_written(context: Context, child: Obj, found: Writable) -> bool:
    if context.observed_as(child):
        return True
    standing, obj = _at_place_of(context, child)
    if standing is Standing.NOTHING:
        standing, obj = _at_place_of_issued(context, child)
    match standing:
        case Standing.ANOTHER:
            found.in_the_way.append(Obstacle(child, obj))
            return is_account_of_guide(obj) and not _applies_dynamically(context)
        case Standing.GIVEN:
            found.given.append(obj)
        case Standing.UNKNOWN:
            found.unknown.append(child)
    return standing is Standing.NOTHING


def _at_place_of(context: Context, child: Obj) -> tuple[Standing, Obj]:
    lookup = _look_up(context, kind_of(child), child["metadata"]["name"])
    if lookup.presence is Presence.UNKNOWN:
        return Standing.UNKNOWN, {}
    if lookup.presence is Presence.MISSING:
        return Standing.NOTHING, {}
    is_ours = is_given(context.agent, lookup.obj)
    return Standing.GIVEN if is_ours else Standing.ANOTHER, lookup.obj


def _at_place_of_issued(context: Context, child: Obj) -> tuple[Standing, Obj]:
    """Return what stands where cert-manager would write the Secret of a new Certificate."""
    if child["kind"] != "Certificate":
        return Standing.NOTHING, {}
    lookup = _look_up(context, contract.SECRET, child["spec"]["secretName"])
    if lookup.presence is Presence.UNKNOWN:
        return Standing.UNKNOWN, {}
    issued_for = annotations_of(lookup.obj).get(ISSUED_FOR)
    if lookup.found and issued_for != child["metadata"]["name"]:
        return Standing.ANOTHER, lookup.obj
    return Standing.NOTHING, {}


def _look_up(context: Context, kind: str, name: str) -> Lookup:
    """Look among the related objects, if those at the places of children are among them.

    Earlier versions of the customize hook asked for Secrets, too, but for other names, and for no
    ServiceAccount: their answers hold for 20 minutes after an upgrade.
    """
    if not context.related.knows(contract.SERVICE_ACCOUNT):
        return Lookup(Presence.UNKNOWN)
    return context.related.look_up(kind, context.agent.namespace, name)


def _retain_dependents(context: Context, found: Writable, lacking: set[Named]) -> None:
    """Keep workloads that need what is withheld as they are observed; new ones wait."""
    children, found.children = found.children, []
    for child in children:
        observed = context.observed_as(child)
        if child["kind"] not in WORKLOADS or lacking.isdisjoint(named_by(pod_spec(child))):
            found.children.append(child)
        elif observed:
            found.retained.append(retained(context, observed))
            found.children.append(found.retained[-1])
        else:
            found.withheld.append(child)


def _retain_agents(context: Context, found: Writable) -> None:
    """Keep former agents, with all that their pods name, until others can take their place."""
    former, waiting = agents_to_retain(context, found.children, [*found.withheld, *found.adopted])
    if former:
        others = [child for child in found.children if child not in waiting]
        kept = with_referenced_entries(context, [*others, *former])
        named = referenced_children(context, [*kept, *found.adopted])
        found.children = sorted([*kept, *named], key=identity)
        found.retained += former
        found.withheld += waiting


def _provided_by(child: Obj) -> set[Named]:
    """Return by which kind and name pods would use the child."""
    name = child["metadata"]["name"]
    if child["kind"] == "Certificate":
        secret = as_object(child.get("spec")).get("secretName")
        return {("Secret", secret)} if secret else set()
    return {(child["kind"], name)}


def _applies_dynamically(context: Context) -> bool:
    """Return whether Metacontroller creates, and does not apply: it then leaves an object alone."""
    return any(LAST_APPLIED in annotations_of(child) for child in context.children)
