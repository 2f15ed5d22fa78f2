"""The package cache: where agents keep what they download, and the claim for it.

It is mounted where the agent has its Maven repository: the Helm chart's `agent.host.repository` is
documented as "host path to mount as the agent maven repository", and both operators mount there.
"""

from dataclasses import replace

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.desired.inputs.owned import retained
from hooks.desired.inputs.unresolved import Unresolved, unresolved
from hooks.desired.pod.parts import Part, mounted
from hooks.kube.objects import Obj, present
from hooks.kube.stored_shape import amounts
from hooks.labels import AGENT
from hooks.models.references import of_claim
from hooks.models.workloads import CLAIM, EMPTY_DIR, EPHEMERAL, HOST_PATH, NONE, PackageCache

VOLUME = "package-cache"
FOR_ALL_NODES = "ReadWriteMany"
FOR_ONE_NODE = "ReadWriteOnce"
OWN_DIRECTORY = "$(NODE_NAME)"
"""Of each node in a claim for all: agents do not write into the same files."""

WITHOUT_RULE = Unresolved(
    "spec.agent.packageCache",
    "the controller has no rule for PersistentVolumeClaims",
    is_missing=True,
)


def package_cache(context: Context) -> Part:
    """Return the volume of the cache and its mount; a claim must exist before it is used."""
    cache = context.agent.spec.agent.package_cache
    part = Part() if cache.type == NONE else _mounted(context, cache)
    found = unresolved(context, of_claim(context.agent.spec))
    if not can_be_made(context):
        found = (WITHOUT_RULE,)
    return replace(part, unresolved=found, also=frozenset({VOLUME}))


def package_cache_claims(context: Context) -> list[Obj]:
    """Return the claim for all agents, where one is to be made.

    The API server takes hardly any change of a claim, and none undoes the loss of its data: one
    that is there stays as it is.
    """
    if not (makes_claim(context) and can_be_made(context)):
        return []
    name = names.package_cache(context.agent.name)
    observed = context.observed(contract.PERSISTENT_VOLUME_CLAIM, name)
    cache = context.agent.spec.agent.package_cache
    spec = retained(context, observed).get("spec") if observed else claim_spec(cache)
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": metadata(context, name, AGENT),
            **present(spec=spec),
        }
    ]


def makes_claim(context: Context) -> bool:
    """Return whether a claim is to be made."""
    cache = context.agent.spec.agent.package_cache
    return cache.type == CLAIM and not cache.claim_name


def can_be_made(context: Context) -> bool:
    """Return whether the controller has a rule for claims, or none is to be made."""
    return not makes_claim(context) or context.children.knows(contract.PERSISTENT_VOLUME_CLAIM)


def claim_spec(cache: PackageCache, mode: str = FOR_ALL_NODES) -> Obj:
    """Return the spec of a new claim; raises InvalidResource for what is no quantity."""
    return {
        "accessModes": [mode],
        "resources": {"requests": {"storage": _size(cache)}},
        **present(storageClassName=cache.storage_class_name or None),
    }


def _mounted(context: Context, cache: PackageCache) -> Part:
    volume = {"name": VOLUME, **_source(context, cache)}
    directory = {"subPathExpr": OWN_DIRECTORY} if cache.type == CLAIM else {}
    return mounted(volume, names.REPOSITORY_DIRECTORY, **directory)


def _source(context: Context, cache: PackageCache) -> Obj:
    if cache.type == HOST_PATH:
        return {"hostPath": {"path": cache.path, "type": "DirectoryOrCreate"}}
    if cache.type == EMPTY_DIR:
        return {"emptyDir": {"sizeLimit": _size(cache)} if cache.size is not None else {}}
    if cache.type == EPHEMERAL:
        return {"ephemeral": {"volumeClaimTemplate": {"spec": claim_spec(cache, FOR_ONE_NODE)}}}
    name = cache.claim_name or names.package_cache(context.agent.name)
    return {"persistentVolumeClaim": {"claimName": name}}


def _size(cache: PackageCache) -> str:
    return amounts({"size": cache.size}, "spec.agent.packageCache")["size"]
