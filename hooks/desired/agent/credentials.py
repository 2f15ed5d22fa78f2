"""The credentials of the agent's pods, as files or as environment."""

from dataclasses import replace

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import DOWNLOAD_KEY, Source, secret_key_ref
from hooks.desired.inputs.unresolved import unresolved_credentials, unresolved_key
from hooks.desired.pod.mounts import SECRETS_VOLUME, as_files
from hooks.desired.pod.parts import Part
from hooks.kube.environment import from_reference
from hooks.kube.objects import Obj


def credentials(context: Context) -> Part:
    """Return all credentials: one that is missing may be the one that an agent reports with."""
    return context.once(_credentials, None)


def _credentials(context: Context, _: None) -> Part:
    found = context.credentials
    as_mounted = context.agent.spec.use_secret_mounts
    return replace(
        as_files((*found.of_agent, found.https_proxy)) if as_mounted else _as_environment(context),
        unresolved=(
            *unresolved_key(context, context.backends[0]),
            *unresolved_credentials(context, *found.of_agent[1:], found.https_proxy),
        ),
        also=frozenset({SECRETS_VOLUME, *(credential.variable for credential in found.of_agent)}),
    )


def _as_environment(context: Context) -> Part:
    """Return references to Secrets."""
    variables: dict[str, Obj] = {}
    for credential in context.credentials.of_agent:
        source = credential.source
        if credential.variable == DOWNLOAD_KEY and not credential.is_referenced:
            variables |= _download_key(context, source)
        elif source:
            variables |= from_reference(credential.variable, secret_key_ref(source))
    return Part(env=variables)


def _download_key(context: Context, source: Source | None) -> dict[str, Obj]:
    """Return the reference to the download key, which need not exist."""
    secret = context.key_store.name or context.credentials.own_secret
    where = source or Source(secret, context.credentials.download_key.entry)
    return from_reference(DOWNLOAD_KEY, secret_key_ref(where, optional=True))
