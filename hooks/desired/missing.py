"""What the resource refers to and is not there."""

from hooks.desired.context import Context
from hooks.desired.key_store import MAIN_KEY
from hooks.desired.resolution import absence, is_unknown
from hooks.errors import MissingReference, Whereabouts
from hooks.models.references import Reference


def missing_references(context: Context) -> list[MissingReference]:
    """Return each missing object, each missing entry of one, and each backend without a key."""
    found = [(each, absence(context, each)) for each in context.references]
    objects = [_missing(reference.path, message) for reference, message in found if message]
    return objects + _missing_keys(context)


def undecided_references(context: Context) -> list[Reference]:
    """Return the references of which nothing is known yet."""
    return [each for each in context.references if is_unknown(context, each)]


def _missing_keys(context: Context) -> list[MissingReference]:
    store = context.key_store
    without_key = [backend for backend in context.backends if backend.lacks_key]
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
