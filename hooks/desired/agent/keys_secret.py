"""Secret `<name>`: the credentials that stand in the resource itself."""

from hooks import contract
from hooks.contract import DAEMON_SET, DEPLOYMENT
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.entries import Entries, settled_entries
from hooks.desired.inputs.metadata import metadata
from hooks.desired.inputs.owned import retained
from hooks.desired.inputs.unresolved import unresolved_credentials, unresolved_key
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj, as_object
from hooks.labels import AGENT


def keys_secret(context: Context) -> list[Obj]:
    """Return the Secret, or nothing where all credentials are in the user's Secrets.

    While one of these cannot be read, what the observed Secret holds is retained for the pods that
    run, except for what is known to be otherwise.
    """
    name = context.credentials.own_secret
    observed = context.observed(contract.SECRET, name)
    ours = retained(context, observed) if observed else {}
    former = _retained(context, ours)
    entries = settled_entries(ours, former, Entries(encoded(_entries(context))))
    if not (entries or former.unresolved):
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


def _retained(context: Context, observed: Obj) -> Entries:
    """Return all observed entries, which are retained while pods run and anything is unresolved."""
    workloads = (*context.children.all_of(DAEMON_SET), *context.children.all_of(DEPLOYMENT))
    if not (observed and workloads):
        return Entries({})
    credentials = context.credentials
    found = (
        *unresolved_key(context, context.backends[0]),
        *unresolved_credentials(context, *credentials.all),
    )
    return Entries({}, frozenset(as_object(observed.get("data"))), found)


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
    return {credential.entry: credential.inline for credential in credentials if credential.inline}
