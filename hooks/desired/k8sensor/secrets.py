"""How a k8sensor gets the key of its backend and the proxy's URL: as files or as environment."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from hooks.desired import names
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import HTTPS_PROXY, Credential, secret_key_ref
from hooks.desired.pod.held import Mounted, held_mounts
from hooks.desired.pod.mounts import SECRETS_VOLUME, secrets_mount
from hooks.kube.environment import from_reference
from hooks.kube.objects import Obj
from hooks.kube.workloads import container, env_of

KEY_VARIABLE = "AGENT_KEY"
KEY_FLAG = "-agent-key-file"
PROXY_FLAG = "-https-proxy-file"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The parts of the pod by which the secrets reach the k8sensor."""

    args: list[str]
    env: dict[str, Obj]
    mounts: tuple[Mounted, ...]


def delivery(context: Context, backend: Backend, deployment: Obj | None) -> Delivery:
    """Return the parts; as observed while what a running k8sensor reads cannot be known."""
    if deployment is not None and not _is_certain(context, backend):
        return _observed(deployment)
    if context.agent.spec.use_secret_mounts:
        return _as_files(context, backend)
    return _as_environment(context, backend)


def is_checksum_of_go_operator(checksum: str, backend: Backend) -> bool:
    """Tell whether it is what the Go operator has for the backend with its present key.

    It has one of no key where its Secret was not there yet: pods then waited for that.
    """
    address = f"{backend.host}{backend.port}"
    texts = (f"{address}{key}" for key in (backend.key.value, ""))
    return checksum in {sha256(text.encode()).hexdigest() for text in texts}


def _is_certain(context: Context, backend: Backend) -> bool:
    return backend.key.is_usable and context.credentials.https_proxy.is_settled


def _as_files(context: Context, backend: Backend) -> Delivery:
    proxy = context.credentials.https_proxy
    args = [KEY_FLAG, f"{names.SECRETS_DIRECTORY}/{backend.key.variable}"]
    credentials: tuple[Credential, ...] = (backend.key,)
    if context.agent.spec.agent.proxy_host:
        args += [PROXY_FLAG, f"{names.SECRETS_DIRECTORY}/{proxy.variable}"]
        credentials = (backend.key, proxy)
    return Delivery(args, {}, secrets_mount(credentials))


def _as_environment(context: Context, backend: Backend) -> Delivery:
    env: dict[str, Obj] = {}
    if key := backend.key.source:
        env |= from_reference(KEY_VARIABLE, secret_key_ref(key))
    proxy = context.credentials.https_proxy.source
    if context.agent.spec.agent.proxy_host and proxy:
        env |= from_reference(HTTPS_PROXY, secret_key_ref(proxy))
    return Delivery([], env, ())


def _observed(deployment: Obj) -> Delivery:
    env = env_of(deployment, names.CONTAINER)
    args = container(deployment, names.CONTAINER).get("args") or []
    return Delivery(
        args=[
            part
            for flag, value in pairwise(args)
            if flag in (KEY_FLAG, PROXY_FLAG)
            for part in (flag, value)
        ],
        env={name: env[name] for name in (KEY_VARIABLE, HTTPS_PROXY) if name in env},
        mounts=held_mounts(deployment, names.CONTAINER, SECRETS_VOLUME),
    )
