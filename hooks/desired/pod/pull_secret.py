"""Secret `<name>-containers-instana-io`: a pull Secret for Instana's own registry."""

import json
from base64 import b64encode

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.desired.inputs.resolution import is_resolved
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj
from hooks.kube.workloads import pod_spec
from hooks.labels import AGENT
from hooks.models.base import Named
from hooks.models.references import Reference

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


def image_pull_secrets(
    context: Context, observed: Obj | None, given: tuple[Named, ...] | None
) -> list[Obj]:
    """Return the pull Secrets of pods: those given by the user, else ours if it is made.

    While one is missing, or no credential is known, those of an observed workload stay.
    """
    if given is None:
        is_made = bool(_data(context))
        wanted = [{"name": names.pull_secret(context.agent.name)}] if is_made else []
        is_certain = is_made or not _is_wanted(context)
    else:
        wanted = [{"name": secret.name} for secret in given if secret.name]
        needed = (Reference("Secret", secret["name"], "") for secret in wanted)
        is_certain = all(is_resolved(context, each) for each in needed)
    if observed is None or is_certain:
        return wanted
    return pod_spec(observed).get("imagePullSecrets") or []


def _is_wanted(context: Context) -> bool:
    image = context.agent.spec.agent.image
    return image.pull_secrets is None and image.name.startswith(REGISTRY)


def _data(context: Context) -> dict[str, str]:
    if not _is_wanted(context):
        return {}
    credential = _credential(context)
    if not credential:
        observed = context.observed(contract.SECRET, names.pull_secret(context.agent.name)) or {}
        return observed.get("data") or {}
    auth = b64encode(f"{REGISTRY_USER}:{credential}".encode()).decode("ascii")
    document = {"auths": {REGISTRY: {"auth": auth}}}
    return encoded({ENTRY: json.dumps(document, separators=(",", ":"))})


def _credential(context: Context) -> str:
    """Return the download key, else the agent's key; empty while it cannot be told which."""
    download_key, key = context.credentials.download_key, context.credentials.keys[0]
    first = key if download_key.is_lacking and download_key.is_settled else download_key
    return first.value if first.is_settled else ""
