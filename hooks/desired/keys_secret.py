"""Secret `<name>`: the credentials that stand in the resource itself."""

from hooks.desired import names
from hooks.desired.backends import backends
from hooks.desired.context import Context
from hooks.desired.credentials import (
    Credential,
    agent_credentials,
    download_key,
    https_proxy,
    source_of,
)
from hooks.desired.encoding import encoded
from hooks.desired.held import is_running
from hooks.desired.kept import as_observed
from hooks.desired.labels import AGENT
from hooks.desired.metadata import metadata
from hooks.errors import InvalidResource, Problem
from hooks.kube.objects import Obj


def keys_secret(context: Context) -> list[Obj]:
    """Return the Secret, or nothing where all credentials lie in the keys Secret.

    While the keys Secret of what runs already cannot be read, the Secret stays as observed: so do
    the volumes that refer to it.
    """
    name = names.keys_secret(context.agent.name)
    if context.key_store.name == name:
        return _the_users_own(context)
    data = encoded(_entries(context))
    if not context.key_store.is_readable and is_running(context):
        observed = context.observed(names.SECRET, name) or {}
        data = observed.get("data") or {}
    if context.key_store.is_named and not data:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata(context, name, AGENT),
            "type": "Opaque",
            "data": data,
        }
    ]


def _the_users_own(context: Context) -> list[Obj]:
    """Return nothing for a keys Secret that has the name of ours: it is never written.

    One that was ours before stays as observed, as it holds the keys now. Raises InvalidResource
    for credentials of the resource, which would have to be written into it.
    """
    store = context.key_store
    to_write = [
        each for each in _credentials(context) if each.inline and not store.text(each.entry)
    ]
    if store.is_readable and to_write:
        message = (
            "is the name of the Secret for the credentials of the resource itself, which is not "
            f"written over: give the Secret another name, or an entry {to_write[0].entry}"
        )
        raise InvalidResource((Problem("spec.agent.keysSecret", message),))
    observed = context.observed(names.SECRET, store.name)
    return [as_observed(context, observed)] if observed else []


def _credentials(context: Context) -> list[Credential]:
    return [
        *(backend.key for backend in backends(context)),
        *agent_credentials(context),
        https_proxy(context),
    ]


def _entries(context: Context) -> dict[str, str]:
    """Return the entries' texts: each credential of the resource that pods read from here."""
    own = names.keys_secret(context.agent.name)
    entries: dict[str, str] = {}
    for credential in _credentials(context):
        source = source_of(context, credential)
        if source and source.secret == own:
            entries[source.entry] = credential.inline
    if not context.key_store.is_named:
        entries |= _entries_by_plain_name(context)
    return entries


def _entries_by_plain_name(context: Context) -> dict[str, str]:
    """Return `key`, `key-1`, ... and `downloadKey`, as they stand in a keys Secret as well."""
    credentials: list[Credential] = [
        *(backend.key for backend in backends(context)),
        download_key(context),
    ]
    return {each.entry: each.inline for each in credentials if each.inline}
