"""What the resource refers to and is not there."""

from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.key_store import A_LINE, NOT_IN_FILES
from hooks.desired.inputs.resolution import absence, is_unknown
from hooks.desired.inputs.zones import are_known
from hooks.errors import MissingReference, Whereabouts
from hooks.models.references import Reference


def missing_references(context: Context) -> tuple[MissingReference, ...]:
    """Return each missing object, each missing entry of one, and each backend without a key."""
    return context.once(_missing_references, None)


def _missing_references(context: Context, _: None) -> tuple[MissingReference, ...]:
    found = [(each, absence(context, each)) for each in context.references]
    objects = [_missing(reference.path, message) for reference, message in found if message]
    return (*objects, *_missing_keys(context), *_odd_logins(context))


def lacks_something(context: Context) -> bool:
    """Tell whether something is missing that the resource names, or may be."""
    return bool(missing_references(context) or undecided_references(context))


def undecided_references(context: Context) -> tuple[Reference, ...]:
    """Return the references of which nothing is known yet."""
    return context.once(_undecided_references, None)


def _undecided_references(context: Context, _: None) -> tuple[Reference, ...]:
    found = tuple(each for each in context.references if is_unknown(context, each))
    nodes = Reference("Node", "zones", "spec.zone.automatic")
    return found if are_known(context) else (*found, nodes)


def _missing_keys(context: Context) -> list[MissingReference]:
    return [
        _missing_key(context, each)
        for each in context.backends
        if each.lacks_key and not each.key.is_referenced
    ]


def _missing_key(context: Context, backend: Backend) -> MissingReference:
    store, entry = context.key_store, backend.key.entry
    if store.is_named:
        is_line = bool(store.text(entry)) and not store.text(entry, in_file=True)
        why = f"which has {NOT_IN_FILES}" if is_line else A_LINE
        message = f"Secret {store.name} has no usable entry {entry}, {why}"
        return _missing("spec.agent.keysSecret", message)
    message = (
        "no key for this backend: name the entry of a Secret in keySecretKeyRef, or a keysSecret "
        f"with an entry {entry}"
    )
    return _missing(f"spec.agent.additionalBackends[{backend.number - 2}].key", message)


def _odd_logins(context: Context) -> list[MissingReference]:
    """Return the parts of a login in the keys Secret that no file would give back."""
    store, credentials = context.key_store, context.credentials
    entries = [each.entry for each in (credentials.proxy_user, credentials.proxy_password)]
    return [
        _missing(
            "spec.agent.keysSecret", f"entry {entry} of Secret {store.name} has {NOT_IN_FILES}"
        )
        for entry in entries
        if store.text(entry) and not store.text(entry, in_file=True)
    ]


def _missing(path: str, message: str) -> MissingReference:
    return MissingReference(message, Whereabouts(path=path))
