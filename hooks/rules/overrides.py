"""Rules on `spec.overrides`: Kubernetes must accept the children with their patches.

No message and no path contains a value of a patch, which may be a credential.
"""

from collections.abc import Iterator

from hooks.kube.kinds import structure_of
from hooks.kube.objects import Obj, as_object
from hooks.kube.patch_problems import PatchProblem, patch_problems
from hooks.models.overrides import KINDS
from hooks.rules.pod_scheduling import RESERVED
from hooks.rules.rule import Find, Rule

OVERRIDE_RESULT = "override-result"
OVERRIDE_IDENTITY = "override-identity"
PLACE = "spec.overrides"
OWN_FIELDS = ("apiVersion", "kind", "status")
PATCHED_METADATA = ("annotations", "labels", "$patch")
FIXED = {
    "DaemonSet": ("selector",),
    "Deployment": ("selector",),
    "Service": ("clusterIP", "clusterIPs", "selector"),
}
"""Fields of the spec that cannot change, or by which the pods are found."""

OWN_LABELS = (
    *RESERVED,
    "agent.instana.io/generation",
    "app.kubernetes.io/version",
    "instana.io/backend",
    "io.instana/zone",
)
OWN_ANNOTATIONS = ("instana.io/", "metacontroller.k8s.io/")
"""Prefixes of the annotations that the service or Metacontroller use for themselves."""


def _patches(overrides: Obj) -> Iterator[tuple[str, str, Obj]]:
    """Yield field, kind and patch of every override."""
    for field, kind in KINDS.items():
        patch = overrides.get(field)
        if isinstance(patch, dict):
            yield field, kind, patch


def _with_problem(reported: PatchProblem) -> Find:
    def find(overrides: Obj) -> Iterator[str]:
        for field, kind, patch in _patches(overrides):
            own = set(_identity(kind, patch))
            for path, problem in patch_problems(patch, structure_of(kind)):
                if problem is reported and path not in own:
                    yield f".{field}{path}"

    return find


def _identities(overrides: Obj) -> Iterator[str]:
    for field, kind, patch in _patches(overrides):
        for path in _identity(kind, patch):
            yield f".{field}{path}"


def _identity(kind: str, patch: Obj) -> Iterator[str]:
    """Yield the paths in a patch that must not be changed."""
    spec = as_object(patch.get("spec"))
    yield from (f".{name}" for name in OWN_FIELDS if name in patch)
    yield from (f".spec.{name}" for name in FIXED.get(kind, ()) if name in spec)
    yield from _of_metadata(patch, ".metadata")
    yield from _of_metadata(as_object(spec.get("template")), ".spec.template.metadata")


def _of_metadata(part: Obj, path: str) -> Iterator[str]:
    metadata = as_object(part.get("metadata"))
    yield from (f"{path}.{name}" for name in metadata if name not in PATCHED_METADATA)
    for name in as_object(metadata.get("labels")):
        if name in OWN_LABELS:
            yield f"{path}.labels[{name}]"
    for name in as_object(metadata.get("annotations")):
        if name.startswith(OWN_ANNOTATIONS):
            yield f"{path}.annotations[{name}]"


def _of_container(**fields: object) -> Obj:
    container = {"name": "instana-agent", **fields}
    return {
        "overrides": {
            "agentDaemonSet": {"spec": {"template": {"spec": {"containers": [container]}}}}
        }
    }


RULES = (
    Rule(
        OVERRIDE_IDENTITY,
        (PLACE,),
        "identifies the object and is managed by the service: remove it (in metadata "
        "you can set only labels and annotations, except the service's own)",
        bad={"overrides": {"agentDaemonSet": {"metadata": {"name": "other"}}}},
        good={"overrides": {"agentDaemonSet": {"metadata": {"labels": {"team": "a"}}}}},
        find=_identities,
    ),
    Rule(
        "override-field",
        (PLACE,),
        "is not a field of this object in Kubernetes: fix its name or its place",
        bad=_of_container(terminationGracePeriodSeconds=30),
        good={
            "overrides": {
                "agentDaemonSet": {
                    "spec": {"template": {"spec": {"terminationGracePeriodSeconds": 30}}}
                }
            }
        },
        find=_with_problem(PatchProblem.FIELD),
    ),
    Rule(
        "override-type",
        (PLACE,),
        "has a value of the wrong type: fix it (strings that look like numbers or "
        "booleans need quotes)",
        bad=_of_container(env=[{"name": "LIMIT", "value": 5}]),
        good=_of_container(env=[{"name": "LIMIT", "value": "5"}]),
        find=_with_problem(PatchProblem.TYPE),
    ),
    Rule(
        "override-directive",
        (PLACE,),
        "is ambiguous: give each item of a list that Kubernetes merges its key (`name` "
        "for containers, env and volumes, `mountPath` for mounts, `containerPort` for "
        "ports, `port` for ports of Services), and use no directives other than "
        "`$patch: delete` and `$patch: replace`, and none in other lists",
        bad=_of_container(env=[{"value": "5"}]),
        good=_of_container(env=[{"name": "LIMIT", "$patch": "delete"}]),
        find=_with_problem(PatchProblem.DIRECTIVE),
    ),
    Rule(
        OVERRIDE_RESULT,
        (PLACE,),
        "would make an object that Kubernetes rejects, or remove a part that the "
        "service needs: fix what the message names",
        bad={
            "overrides": {
                "agentDaemonSet": {
                    "spec": {"template": {"spec": {"containers": [{"name": "sidecar"}]}}}
                }
            }
        },
        good={
            "overrides": {
                "agentDaemonSet": {
                    "spec": {
                        "template": {
                            "spec": {"containers": [{"name": "sidecar", "image": "a.example/b:1"}]}
                        }
                    }
                }
            }
        },
    ),
)
