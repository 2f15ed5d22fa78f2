"""Secret `<name>`: the credentials that stand in the resource itself."""

from hooks.desired import names
from hooks.desired.context import Context
from hooks.desired.held import is_running
from hooks.desired.kept import as_observed
from hooks.desired.labels import AGENT
from hooks.desired.metadata import metadata
from hooks.errors import InvalidResource, Problem
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj


def keys_secret(context: Context) -> list[Obj]:
    """Return the Secret, or nothing where all credentials lie in the keys Secret.

    While the keys Secret of running pods is not usable, they are told nothing new: the observed one
    stays as it is. Raises InvalidResource for a keys Secret
    of the user's that has the name of this one, and would have to be written.
    """
    name, store, entries = (
        names.keys_secret(context.agent.name),
        context.key_store,
        _entries(context),
    )
    if not store.is_usable and (is_running(context) or store.name == name):
        observed = context.observed(names.SECRET, name)
        return [as_observed(context, observed)] if observed else []
    if store.is_named and not entries:
        return []
    if store.name == name:
        message = (
            "is the name of the Secret for the credentials of the resource itself, which is not "
            f"written over: give the Secret another name, or an entry {_first_inline(context)}"
        )
        raise InvalidResource((Problem("spec.agent.keysSecret", message),))
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata(context, name, AGENT),
            "type": "Opaque",
            "data": encoded(entries),
        }
    ]


def _first_inline(context: Context) -> str:
    store = context.key_store
    return next(
        each.entry for each in context.credentials.all if each.inline and not store.text(each.entry)
    )


def _entries(context: Context) -> dict[str, str]:
    """Return the entries' texts: each credential of the resource that pods read from here."""
    entries: dict[str, str] = {}
    for credential in context.credentials.all:
        source = credential.source
        if source and source.is_own:
            entries[source.entry] = credential.inline
    if not context.key_store.is_named:
        entries |= _entries_by_plain_name(context)
    return entries


def _entries_by_plain_name(context: Context) -> dict[str, str]:
    """Return `key`, `key-1`, ... and `downloadKey`, as they stand in a keys Secret as well."""
    credentials = (*context.credentials.keys, context.credentials.download_key)
    return {each.entry: each.inline for each in credentials if each.inline}
