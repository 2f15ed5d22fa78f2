"""Children of another resource, which Metacontroller adopted when that one was gone.

They stay as they are, and outlive this resource, too: a second owner, the Namespace, keeps the
garbage collector from them. Their own resource gets them back when it is made again.
"""

from hooks.contract import NAMESPACE
from hooks.desired.inputs.owned import owned_part
from hooks.desired.inputs.ownership import is_of_another
from hooks.facts import Facts
from hooks.kube.objects import Identity, Obj, identity
from hooks.observed import ObservedObjects


def retained_children(
    parent: Obj, children: ObservedObjects, related: ObservedObjects, facts: Facts
) -> list[Obj]:
    """Return all observed children unchanged, those of others with a second owner."""
    metadata = parent["metadata"]
    place, name = metadata.get("namespace", ""), metadata["name"]
    of_others = adopted_children(place, name, children, related, facts)
    return [of_others.get(identity(child)) or owned_part(child, facts) for child in children]


def adopted_children(
    namespace: str, name: str, children: ObservedObjects, related: ObservedObjects, facts: Facts
) -> dict[Identity, Obj]:
    """Return the observed children that are not those of the resource of that name, to be kept."""
    owners = _owners(related.get(NAMESPACE, "", namespace))
    return {
        identity(child): _with_owners(owned_part(child, facts), owners)
        for child in children
        if is_of_another(name, child)
    }


def _owners(namespace: Obj | None) -> list[Obj]:
    """Return the second owner: none where the Namespace was not asked for yet."""
    uid = namespace["metadata"].get("uid") if namespace else None
    if not namespace or not uid:
        return []
    name = namespace["metadata"]["name"]
    return [{"apiVersion": "v1", "kind": "Namespace", "name": name, "uid": uid}]


def _with_owners(child: Obj, owners: list[Obj]) -> Obj:
    if not owners:
        return child
    return child | {"metadata": child["metadata"] | {"ownerReferences": owners}}
