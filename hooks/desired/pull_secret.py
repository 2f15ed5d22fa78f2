"""Secret `<name>-containers-instana-io`: a pull Secret for Instana's own registry."""

import json
from base64 import b64encode

from hooks.desired import names
from hooks.desired.context import Context
from hooks.desired.labels import AGENT
from hooks.desired.metadata import metadata
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj

REGISTRY = "containers.instana.io"
REGISTRY_USER = "_"
ENTRY = ".dockerconfigjson"


def pull_secret(context: Context) -> list[Obj]:
    """Return the Secret where the agent's image comes from the registry and a key is known.

    While none is, an observed Secret stays: running pods are not to lose their registry.
    """
    data = _data(context)
    if not data:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata(context, names.pull_secret(context.agent.name), AGENT),
            "type": "kubernetes.io/dockerconfigjson",
            "data": data,
        }
    ]


def image_pull_secrets(context: Context) -> list[Obj]:
    """Return the pull Secrets of all pods: the user's, else ours if it is made."""
    given = context.agent.spec.agent.image.pull_secrets
    if given is not None:
        return [{"name": secret.name} for secret in given if secret.name]
    return [{"name": names.pull_secret(context.agent.name)}] if _data(context) else []


def _data(context: Context) -> dict[str, str]:
    image = context.agent.spec.agent.image
    if image.pull_secrets is not None or not image.name.startswith(REGISTRY):
        return {}
    credential = _credential(context) if context.key_store.is_known else ""
    if not credential:
        observed = context.observed(names.SECRET, names.pull_secret(context.agent.name)) or {}
        return observed.get("data") or {}
    auth = b64encode(f"{REGISTRY_USER}:{credential}".encode()).decode("ascii")
    document = {"auths": {REGISTRY: {"auth": auth}}}
    return encoded({ENTRY: json.dumps(document, separators=(",", ":"))})


def _credential(context: Context) -> str:
    return context.credentials.download_key.value or context.key_store.main_key
