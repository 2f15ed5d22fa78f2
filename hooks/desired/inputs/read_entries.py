"""Which entries of the user's Secrets pods read, and what is in them."""

from typing import TypeAlias

from hooks.contract import SECRET
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Credential
from hooks.kube.encoding import as_pods_read_it
from hooks.models.references import OF_VARIABLES

Entry: TypeAlias = tuple[str, str]
"""The name of a Secret, and that of one of its entries."""


def credentials_read(context: Context) -> set[Entry]:
    """Return the entries in which pods find credentials."""
    return {
        (credential.source.secret, credential.source.entry)
        for credential in _read_by_pods(context)
        if credential.source and not credential.source.is_own
    }


def variables_read(context: Context) -> set[Entry]:
    """Return the entries from which the user takes variables."""
    return {
        (reference.name, entry)
        for reference in context.references
        if reference.path.endswith(OF_VARIABLES)
        for entry in reference.entries
    }


def text_of(context: Context, entry: Entry) -> str:
    """Return what pods read in an entry; empty where it is missing, no text or not known."""
    name, key = entry
    secret = context.related.get(SECRET, context.agent.namespace, name)
    return as_pods_read_it(secret or {}, key)


def _read_by_pods(context: Context) -> tuple[Credential, ...]:
    """Return the credentials that pods read: the URL of the proxy only where there is one."""
    credentials = context.credentials
    proxy = (credentials.https_proxy,) if context.agent.spec.agent.proxy_host else ()
    return (*credentials.keys, *credentials.of_agent, *proxy)
