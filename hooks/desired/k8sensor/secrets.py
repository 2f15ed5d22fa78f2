"""How a k8sensor gets the key of its backend and the proxy's URL: as files or as environment."""

from dataclasses import replace
from hashlib import sha256

from hooks.desired import names
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import HTTPS_PROXY, Credential, secret_key_ref
from hooks.desired.inputs.unresolved import unresolved_credentials, unresolved_key
from hooks.desired.pod.mounts import SECRETS_VOLUME, as_files
from hooks.desired.pod.parts import Part
from hooks.kube.environment import from_reference
from hooks.kube.objects import Obj

KEY_VARIABLE = "AGENT_KEY"
KEY_FLAG = "-agent-key-file"
PROXY_FLAG = "-https-proxy-file"


def delivery(context: Context, backend: Backend) -> Part:
    """Return the parts by which the secrets reach the k8sensor, all in one way."""
    proxy = context.credentials.https_proxy
    as_mounted = context.agent.spec.use_secret_mounts
    return replace(
        _as_files(context, backend) if as_mounted else _as_environment(context, backend),
        unresolved=(*unresolved_key(context, backend), *unresolved_credentials(context, proxy)),
        also=frozenset({SECRETS_VOLUME, KEY_VARIABLE, HTTPS_PROXY, KEY_FLAG, PROXY_FLAG}),
    )


def is_checksum_of_go_operator(checksum: str, backend: Backend) -> bool:
    """Return whether it is what the Go operator has for the backend with its present key.

    It has one of no key where its Secret was not there yet: pods then waited for that.
    """
    address = f"{backend.host}{backend.port}"
    texts = (f"{address}{key}" for key in (backend.key.value, ""))
    return checksum in {sha256(text.encode()).hexdigest() for text in texts}


def _as_files(context: Context, backend: Backend) -> Part:
    proxy = context.credentials.https_proxy
    args = [KEY_FLAG, f"{names.SECRETS_DIRECTORY}/{backend.key.variable}"]
    credentials: tuple[Credential, ...] = (backend.key,)
    if context.agent.spec.agent.proxy_host:
        args += [PROXY_FLAG, f"{names.SECRETS_DIRECTORY}/{proxy.variable}"]
        credentials = (backend.key, proxy)
    return replace(as_files(credentials), args=tuple(args))


def _as_environment(context: Context, backend: Backend) -> Part:
    env: dict[str, Obj] = {}
    if key := backend.key.source:
        env |= from_reference(KEY_VARIABLE, secret_key_ref(key))
    proxy = context.credentials.https_proxy.source
    if context.agent.spec.agent.proxy_host and proxy:
        env |= from_reference(HTTPS_PROXY, secret_key_ref(proxy))
    return Part(env=env)
