"""What the resource refers to and is not there."""

from hooks.desired.backends import backends, lacks_key
from hooks.desired.context import Context
from hooks.desired.key_store import MAIN_KEY
from hooks.errors import MissingReference, Whereabouts
from hooks.models.references import Reference, references
from hooks.observed import Presence


def missing_references(context: Context) -> list[MissingReference]:
    """Return each missing object and each missing entry of the keys Secret."""
    objects = [
        _missing(reference.path, f"{reference.kind} {reference.name} is not there")
        for reference in references(context.agent.spec)
        if _presence(context, reference) is Presence.MISSING
    ]
    return objects + _missing_keys(context)


def undecided_references(context: Context) -> list[Reference]:
    """Return the references of which nothing is known yet."""
    return [
        reference
        for reference in references(context.agent.spec)
        if _presence(context, reference) is Presence.UNKNOWN
    ]


def _presence(context: Context, reference: Reference) -> Presence:
    kind = f"{reference.kind}.v1"
    return context.related.look_up(kind, context.agent.namespace, reference.name).presence


def _missing_keys(context: Context) -> list[MissingReference]:
    store = context.key_store
    without_key = [backend for backend in backends(context) if lacks_key(context, backend)]
    return [
        _missing(
            "spec.agent.keysSecret"
            if store.is_named
            else f"spec.agent.additionalBackends[{backend.number - 2}].key",
            f"Secret {store.name} has no usable entry {backend.key.entry}, a single line of text"
            if store.is_named
            else f"no key for this backend: set it, or name a keysSecret with an entry "
            f"{MAIN_KEY}{backend.suffix}",
        )
        for backend in without_key
    ]


def _missing(path: str, message: str) -> MissingReference:
    return MissingReference(message, Whereabouts(path=path))
