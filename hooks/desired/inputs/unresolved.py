"""References of the resource to what is missing, or was not observed yet.

Parts of pods and entries of Secrets say by these why they cannot be made; `ReferencesResolved`
reports them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Credential
from hooks.desired.inputs.key_store import A_LINE, NOT_IN_FILES, credential_in
from hooks.desired.inputs.zones import are_known
from hooks.kube.objects import Obj
from hooks.models.references import Reference, of_credentials, of_keys_secret
from hooks.observed import Lookup, Presence


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reference that nothing can be made of now.

    `path`: the field with the reference. `is_missing`: what it names certainly does not exist,
    and `message` says so; else it was not observed yet, and `message` names it.
    """

    path: str
    message: str
    is_missing: bool

    def __str__(self) -> str:
        """Return `path: message`."""
        return f"{self.path}: {self.message}"


def all_unresolved(context: Context) -> tuple[Unresolved, ...]:
    """Return every reference of the resource that is not resolved, and each backend without a key.

    Also those that no pod reads, such as the keys Secret itself.
    """
    return context.once(_all_unresolved, None)


def missing_references(context: Context) -> tuple[Unresolved, ...]:
    """Return what certainly does not exist."""
    return tuple(reference for reference in all_unresolved(context) if reference.is_missing)


def not_observed_yet(context: Context) -> tuple[Unresolved, ...]:
    """Return what Metacontroller has not sent yet."""
    return tuple(reference for reference in all_unresolved(context) if not reference.is_missing)


def unresolved(context: Context, *references: Reference) -> tuple[Unresolved, ...]:
    """Return those of the references that are not resolved; one without a name needs nothing."""
    found = (context.once(_unresolved, reference) for reference in references if reference.name)
    return tuple(reason for reason in found if reason)


def unresolved_credentials(context: Context, *credentials: Credential) -> tuple[Unresolved, ...]:
    """Return why pods cannot get the credentials; nothing where they are there or not needed."""
    needed = (part for credential in credentials for part in (credential, *credential.made_from))
    found = (_references_of(context, part) for part in needed if not part.is_settled)
    return unresolved(context, *dict.fromkeys(chain.from_iterable(found)))


def unresolved_key(context: Context, backend: Backend) -> tuple[Unresolved, ...]:
    """Return why pods cannot get the key of a backend, which must exist."""
    if backend.lacks_key and not backend.key.is_referenced:
        return (_without_key(context, backend),)
    return unresolved_credentials(context, backend.key)


def is_missing(context: Context, reference: Reference) -> bool:
    """Return whether the object, or an entry of it, certainly does not exist."""
    return any(reason.is_missing for reason in unresolved(context, reference))


def exists(context: Context, reference: Reference) -> bool:
    """Return whether the object is there for certain, with whatever entries."""
    return _look_up(context, reference).found


def _references_of(context: Context, credential: Credential) -> Iterator[Reference]:
    """Yield the references that a credential is taken from."""
    spec, source = context.agent.spec.agent, credential.source
    if source is None or not credential.is_referenced:
        yield of_keys_secret(spec)
        return
    for reference in of_credentials(spec):
        if (reference.name, reference.entries) == (source.secret, (source.entry,)):
            yield reference


def _all_unresolved(context: Context, _: None) -> tuple[Unresolved, ...]:
    nodes = Reference("Node", "zones", "spec.zone.automatic")
    return (
        *unresolved(context, *context.references),
        *(() if are_known(context) else [_not_observed(nodes)]),
        *_backends_without_key(context),
        *_odd_logins(context),
    )


def _unresolved(context: Context, reference: Reference) -> Unresolved | None:
    lookup = _look_up(context, reference)
    if lookup.presence is Presence.UNKNOWN:
        return _not_observed(reference)
    what = _what_is_missing(lookup, reference)
    return Unresolved(reference.path, what, is_missing=True) if what else None


def _not_observed(reference: Reference) -> Unresolved:
    return Unresolved(reference.path, f"{reference.kind} {reference.name}", is_missing=False)


def _what_is_missing(lookup: Lookup, reference: Reference) -> str:
    """Return what does not exist, the object or an entry of it; empty if nothing is missing."""
    if not lookup.found:
        return f"{reference.kind} {reference.name} is missing"
    if reference.kind == "PersistentVolumeClaim":
        return _for_one_node(lookup.obj, reference)
    parts = (lookup.obj.get("data") or {}, lookup.obj.get("binaryData") or {})
    missing = [entry for entry in reference.entries if not any(entry in part for part in parts)]
    if missing:
        return f"{reference.kind} {reference.name} has no entry {missing[0]}"
    return _unusable(lookup.obj, reference) if reference.is_credential else ""


def _for_one_node(claim: Obj, reference: Reference) -> str:
    modes = (claim.get("spec") or {}).get("accessModes") or []
    if "ReadWriteMany" in modes:
        return ""
    name = f"PersistentVolumeClaim {reference.name}"
    return f"{name} is for one node: it must have access mode ReadWriteMany"


def _unusable(secret: Obj, reference: Reference) -> str:
    for entry in reference.entries:
        if not credential_in(secret, entry):
            return f"entry {entry} of Secret {reference.name} is not {A_LINE}"
        if not credential_in(secret, entry, in_file=reference.is_in_file):
            return f"entry {entry} of Secret {reference.name} has {NOT_IN_FILES}"
    return ""


def _backends_without_key(context: Context) -> Iterator[Unresolved]:
    for backend in context.backends:
        if backend.lacks_key and not backend.key.is_referenced:
            yield _without_key(context, backend)


def _without_key(context: Context, backend: Backend) -> Unresolved:
    store, entry = context.key_store, backend.key.entry
    if store.is_named:
        is_line = bool(store.text(entry)) and not store.text(entry, in_file=True)
        why = f"which has {NOT_IN_FILES}" if is_line else A_LINE
        message = f"Secret {store.name} has no usable entry {entry}, {why}"
        return Unresolved("spec.agent.keysSecret", message, is_missing=True)
    message = (
        "no key for this backend: name the entry of a Secret in keySecretKeyRef, or a keysSecret "
        f"with an entry {entry}"
    )
    path = f"spec.agent.additionalBackends[{backend.number - 2}].key"
    return Unresolved(path, message, is_missing=True)


def _odd_logins(context: Context) -> Iterator[Unresolved]:
    """Yield the parts of a login in the keys Secret that no file would give back."""
    store, credentials = context.key_store, context.credentials
    for entry in (credentials.proxy_user.entry, credentials.proxy_password.entry):
        if store.text(entry) and not store.text(entry, in_file=True):
            message = f"entry {entry} of Secret {store.name} has {NOT_IN_FILES}"
            yield Unresolved("spec.agent.keysSecret", message, is_missing=True)


def _look_up(context: Context, reference: Reference) -> Lookup:
    return context.related.look_up(f"{reference.kind}.v1", context.agent.namespace, reference.name)
