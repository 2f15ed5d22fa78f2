"""Secret `<name>-containers-instana-io`: a pull Secret for Instana's own registry."""

import json
from base64 import b64encode

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Credential
from hooks.desired.inputs.entries import Entries, settled_entries
from hooks.desired.inputs.metadata import metadata
from hooks.desired.inputs.unresolved import (
    Unresolved,
    unresolved,
    unresolved_credentials,
    unresolved_key,
)
from hooks.desired.pod.parts import Part
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj
from hooks.labels import AGENT
from hooks.models.base import Named
from hooks.models.references import of_pull_secrets

REGISTRY = "containers.instana.io"
REGISTRY_USER = "_"
ENTRY = ".dockerconfigjson"


def pull_secret(context: Context) -> list[Obj]:
    """Return the Secret where the agent's image comes from the registry and a key is known.

    While no key is known, an observed Secret is retained: pods that run need their registry.
    """
    data = _data(context) if _is_wanted(context) else {}
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


def image_pull_secrets(context: Context, given: tuple[Named, ...] | None, path: str) -> Part:
    """Return the pull Secrets of pods: those that the user gives, else ours if it is made.

    `path` is the field of the image with those of the user.
    """
    if given is not None:
        references = of_pull_secrets(given, path)
        wanted = tuple({"name": reference.name} for reference in references)
        return Part(pull_secrets=wanted, unresolved=unresolved(context, *references))
    made = [{"name": child["metadata"]["name"]} for child in pull_secret(context)]
    return Part(pull_secrets=tuple(made), unresolved=() if made else _unresolved(context))


def _is_wanted(context: Context) -> bool:
    image = context.agent.spec.agent.image
    return image.pull_secrets is None and image.name.startswith(REGISTRY)


def _data(context: Context) -> dict[str, str]:
    observed = context.observed(contract.SECRET, names.pull_secret(context.agent.name))
    document = {"auths": {REGISTRY: {"auth": _login(_credential(context))}}}
    text = json.dumps(document, separators=(",", ":"))
    return settled_entries(
        observed, Entries(encoded({ENTRY: text}), frozenset({ENTRY}), _unresolved(context))
    )


def _login(credential: Credential) -> str:
    return b64encode(f"{REGISTRY_USER}:{credential.value}".encode()).decode("ascii")


def _unresolved(context: Context) -> tuple[Unresolved, ...]:
    """Return why the credential for the registry cannot be told."""
    if not _is_wanted(context):
        return ()
    if _credential(context) is context.credentials.download_key:
        return unresolved_credentials(context, context.credentials.download_key)
    return unresolved_key(context, context.backends[0])


def _credential(context: Context) -> Credential:
    """Return the download key; the agent's key where there certainly is none."""
    download_key = context.credentials.download_key
    is_certain = download_key.is_lacking and download_key.is_settled
    return context.credentials.keys[0] if is_certain else download_key
