"""Secret `<name>`: the credentials that stand in the resource itself."""

from hooks.desired import names
from hooks.desired.context import Context
from hooks.desired.held import is_running
from hooks.desired.kept import as_observed
from hooks.desired.labels import AGENT
from hooks.desired.metadata import metadata
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj


def keys_secret(context: Context) -> list[Obj]:
    """Return the Secret, or nothing where all credentials lie in the keys Secret.

    While the keys Secret of running pods is not usable, they are told nothing new: the observed one
    stays as it is.
    """
    store, entries = context.key_store, _entries(context)
    name = names.keys_secret(context.agent.name, store.name)
    if not store.is_usable and is_running(context):
        observed = context.observed(names.SECRET, name)
        return [as_observed(context, observed)] if observed else []
    if store.is_named and not entries:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata(context, name, AGENT),
            "type": "Opaque",
            "data": encoded(entries),
        }
    ]


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
