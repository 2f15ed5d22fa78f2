"""Secret `<name>`: the credentials that stand in the resource itself."""

from hooks import contract
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.desired.inputs.owned import as_observed
from hooks.desired.pod.held import is_running
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj
from hooks.labels import AGENT


def keys_secret(context: Context) -> list[Obj]:
    """Return the Secret, or nothing where all credentials lie in the user's Secrets.

    While one of these cannot be read, nothing is taken away from running pods: what the observed
    Secret holds stays, but for what is known to be otherwise.
    """
    entries = encoded(_entries(context))
    name = context.credentials.own_secret
    observed = context.observed(contract.SECRET, name)
    if observed and not context.credentials.are_usable and is_running(context):
        held = as_observed(context, observed)
        return [held | {"data": (held.get("data") or {}) | entries}]
    if not entries:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata(context, name, AGENT),
            "type": "Opaque",
            "data": entries,
        }
    ]


def _entries(context: Context) -> dict[str, str]:
    """Return the entries' texts: each credential of the resource that pods read from here."""
    entries: dict[str, str] = {}
    for credential in context.credentials.all:
        source = credential.source
        if source and source.is_own and credential.is_settled:
            entries[source.entry] = credential.inline
    if not context.key_store.is_named:
        entries |= _entries_by_plain_name(context)
    return entries


def _entries_by_plain_name(context: Context) -> dict[str, str]:
    """Return `key`, `key-1`, ... and `downloadKey`, as they stand in a keys Secret as well."""
    credentials = (*context.credentials.keys, context.credentials.download_key)
    return {each.entry: each.inline for each in credentials if each.inline}
