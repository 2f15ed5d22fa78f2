"""Whose children objects are: by the parent's selector and the owner that objects name."""

from enum import Enum

from hooks.kube.objects import Obj, labels_of
from hooks.kube.selectors import matches


class Claim(Enum):
    OWN = "it is a child"
    ADOPT = "it is to become a child"
    RELEASE = "it is to be a child no more"
    NONE = "it is none of ours"


def claim(obj: Obj, parent: Obj, selector: Obj) -> Claim:
    """Return what an object is to a parent."""
    owner = controller_of(obj)
    is_selected = matches(selector, labels_of(obj))
    is_going = "deletionTimestamp" in parent["metadata"]
    if owner:
        if owner["uid"] != parent["metadata"]["uid"]:
            return Claim.NONE
        if is_selected:
            return Claim.OWN
        return Claim.NONE if is_going else Claim.RELEASE
    if is_going or not is_selected or "deletionTimestamp" in obj["metadata"]:
        return Claim.NONE
    return Claim.ADOPT


def controller_of(obj: Obj) -> Obj | None:
    """Return the reference to the owner that is the object's controller."""
    owners = obj["metadata"].get("ownerReferences") or []
    return next((each for each in owners if each.get("controller")), None)


def reference_to(parent: Obj) -> Obj:
    return {
        "apiVersion": parent["apiVersion"],
        "kind": parent["kind"],
        "name": parent["metadata"]["name"],
        "uid": parent["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def owned(obj: Obj, parent: Obj) -> Obj:
    """Return the object with the parent as its controller."""
    owners = obj["metadata"].get("ownerReferences") or []
    if any(each["uid"] == parent["metadata"]["uid"] for each in owners):
        return obj
    return _with_owners(obj, [*owners, reference_to(parent)])


def adopted(obj: Obj, parent: Obj) -> Obj:
    """Return the object with the parent as its controller, whatever it was before."""
    return _with_owners(obj, [*_other_owners(obj, parent), reference_to(parent)])


def released(obj: Obj, parent: Obj) -> Obj:
    """Return the object without the parent among its owners."""
    return _with_owners(obj, _other_owners(obj, parent))


def _other_owners(obj: Obj, parent: Obj) -> list[Obj]:
    owners = obj["metadata"].get("ownerReferences") or []
    return [each for each in owners if each["uid"] != parent["metadata"]["uid"]]


def _with_owners(obj: Obj, owners: list[Obj]) -> Obj:
    metadata = {name: part for name, part in obj["metadata"].items() if name != "ownerReferences"}
    return {**obj, "metadata": metadata | ({"ownerReferences": owners} if owners else {})}
