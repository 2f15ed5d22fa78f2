"""Whether what the resource refers to is there, with the entries that are needed of it."""

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.key_store import A_LINE, NOT_IN_FILES, credential_in
from hooks.kube.objects import Obj
from hooks.models.references import Reference
from hooks.observed import Lookup, Presence


def absence(context: Context, reference: Reference) -> str:
    """Return what is certainly missing, the object or an entry of it; empty if nothing is."""
    lookup = _look_up(context, reference)
    if lookup.presence is Presence.MISSING:
        return f"{reference.kind} {reference.name} is not there"
    if lookup.found:
        if reference.kind == "PersistentVolumeClaim":
            return _unshared(lookup.obj, reference)
        parts = (lookup.obj.get("data") or {}, lookup.obj.get("binaryData") or {})
        lacking = [entry for entry in reference.entries if not any(entry in part for part in parts)]
        if lacking:
            return f"{reference.kind} {reference.name} has no entry {lacking[0]}"
        if reference.is_credential:
            return _unusable(lookup.obj, reference)
    return ""


def exists(context: Context, reference: Reference) -> bool:
    """Tell whether the object is there for certain, with whatever entries."""
    return _look_up(context, reference).found


def is_unknown(context: Context, reference: Reference) -> bool:
    """Tell whether objects of the kind were not asked for yet."""
    return _look_up(context, reference).presence is Presence.UNKNOWN


def is_resolved(context: Context, reference: Reference) -> bool:
    """Tell whether the object is there with all its entries; one without a name is not needed."""
    if not reference.name:
        return True
    return not is_unknown(context, reference) and not absence(context, reference)


def _unshared(claim: Obj, reference: Reference) -> str:
    modes = (claim.get("spec") or {}).get("accessModes") or []
    if "ReadWriteMany" in modes:
        return ""
    return f"PersistentVolumeClaim {reference.name} is for one node: it lacks ReadWriteMany"


def _unusable(secret: Obj, reference: Reference) -> str:
    for entry in reference.entries:
        if not credential_in(secret, entry):
            return f"entry {entry} of Secret {reference.name} is not {A_LINE}"
        if not credential_in(secret, entry, in_file=reference.is_in_file):
            return f"entry {entry} of Secret {reference.name} has {NOT_IN_FILES}"
    return ""


def _look_up(context: Context, reference: Reference) -> Lookup:
    return context.related.look_up(f"{reference.kind}.v1", context.agent.namespace, reference.name)
