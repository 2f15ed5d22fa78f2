"""`status`: what this service reports, and what the Go operator left in stored resources.

It has types and descriptions only: if the API server rejected a status, that would be worse than an
odd one.
"""

from hooks.kube.objects import Obj

ZONES = (
    "Counts of each DaemonSet, if there are several; at most 16, those with missing agents first."
)
BACKENDS = (
    "Counts of each Deployment, if there are several; at most 16, those with missing pods first."
)


def status() -> Obj:
    """Return the schema; a field missing from it would be pruned, and written again forever."""
    return {
        "description": "Observed state: conditions, counts, and links to children.",
        "type": "object",
        "properties": {
            "conditions": _conditions(),
            "agents": _counts(
                "Agents of all DaemonSets together.",
                zones=_parts(ZONES, zone=_text("Its zone; not set for nodes without one.")),
            ),
            "k8sensors": _counts("k8sensors of all backends together.", backends=_parts(BACKENDS)),
            "images": _texts("Images of the pods of agents and k8sensors, at most 16."),
            "rollout": _rollout(),
            "pods": _pods(),
            "effective": {
                "description": "Effective values of fields that have a default, by their paths.",
                "type": "object",
                "additionalProperties": {"type": "string"},
            },
            "observedGeneration": _generation("Generation of the spec that the status describes."),
            "operatorVersion": _text("Version of the service that wrote the status."),
            "configsecret": _link("Secret with the agents' configuration."),
            "namespacesconfigmap": _link("ConfigMap with the labelled namespaces."),
            "overrides": _texts("Paths of spec.overrides that are applied."),
            "references": _references(),
            **_deprecated(),
        },
    }


def _references() -> Obj:
    return {
        "description": "Secrets and ConfigMaps that the resource names.",
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["kind", "name"],
        "items": {
            "type": "object",
            "required": ["kind", "name"],
            "properties": {
                "kind": _text("Secret or ConfigMap."),
                "name": _text("Its name."),
                "state": _text("Found, Missing, or Unknown if it is not observed yet."),
                "keysFound": _texts("Required entries that exist."),
                "keysMissing": _texts("Required entries that are missing."),
                "inUse": {
                    "description": "Whether all pods that read it run with its current content.",
                    "type": "boolean",
                },
            },
        },
    }


def _conditions() -> Obj:
    return {
        "description": "Conditions by type; Ready summarizes the others.",
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
        "items": {
            "type": "object",
            "required": ["type", "status"],
            "properties": {
                "type": _text("Type of the condition."),
                "status": _text("True, False or Unknown."),
                "reason": _text("Reason, in one word."),
                "message": _text("Explanation, and what to do."),
                "lastTransitionTime": _time("Time of the last change of the status."),
                "observedGeneration": _generation(
                    "Generation of the spec that the condition describes."
                ),
            },
        },
    }


def _rollout() -> Obj:
    return {
        "description": "Causes of the last rollouts, and changes that wait for approval.",
        "type": "object",
        "properties": {
            "last": _last(),
            "held": {
                "description": "Changes of pods that wait for approval (spec.rollout.policy: "
                "Manual), one per workload; at most 16.",
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "workload": _text("Kind and name of the workload."),
                        "approval": _text(
                            "Name of the change, for the annotation instana.io/approve."
                        ),
                        "cause": _text("Cause of the change."),
                        "changes": _texts("Paths in the workload's spec that would change."),
                        "pods": _number("Number of pods that would be replaced."),
                    },
                },
            },
        },
    }


def _last() -> Obj:
    return {
        "description": "The last rollout of each workload, for at most 16.",
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "workload": _text("Kind and name of the workload."),
                "cause": _text("Why its pods were created or replaced."),
                "template": _text("Digest of the desired pod template."),
                "checksum": _text("Digest of the values that its pods read when they started."),
                "approval": _text("Name of the change, if it waited for approval."),
            },
        },
    }


def _pods() -> Obj:
    return {
        "description": "Why pods are not ready (spec.podStatus: Enabled).",
        "type": "object",
        "properties": {
            "problems": {
                "description": "One per component and cause; at most 16.",
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "component": _text("instana-agent or k8sensor."),
                        "cause": _text("Why the pods are not ready, in one word."),
                        "count": _number("Number of pods."),
                        "pod": _text("One of them, as an example."),
                        "node": _text("Its node."),
                        "detail": _text("Exit code, image or reason for the example."),
                        "remedy": _text("What to do."),
                    },
                },
            },
            "nodesWithoutAgent": {
                "description": "Nodes whose agent is not ready.",
                "type": "object",
                "properties": {
                    "count": _number("Number of nodes."),
                    "names": _texts("The first ones by name, at most 16."),
                },
            },
            "restarts": _text("Number of restarts of containers, as a power of ten."),
        },
    }


def _parts(description: str, **more: Obj) -> Obj:
    name = _text("Name of the DaemonSet or Deployment.")
    return {
        "description": description,
        "type": "array",
        "items": _counts("One of them, as an example.", name=name, **more) | {"required": ["name"]},
    }


def _counts(description: str, **more: Obj) -> Obj:
    return {
        "description": description,
        "type": "object",
        "properties": {
            **more,
            "desired": _number("Number that are desired."),
            "ready": _number("Number that are ready."),
            "updated": _number("Number that have the current template."),
            "available": _number("Number that are available: ready for minReadySeconds."),
            "unavailable": _number("Number that are desired but not available."),
            "summary": _text("Ready and desired, such as 2/3."),
        },
    }


def _deprecated() -> Obj:
    return {
        "status": _text("Deprecated: Running or Failed. Use the condition Ready."),
        "reason": _text("Deprecated: the problem. Use the conditions."),
        "oldVersionsUpdated": {
            "description": "Deprecated: whether the spec or the service changed since the first "
            "status.",
            "type": "boolean",
        },
        "daemonset": _link("Deprecated: the DaemonSet, where there is exactly one."),
        "configmap": _link("Deprecated; not written."),
        "lastUpdate": _time("Deprecated; not written."),
        "leadingAgentPod": {
            "description": "Deprecated; not written.",
            "type": "object",
            "additionalProperties": _link("Deprecated; not written."),
        },
    }


def _link(description: str) -> Obj:
    return {
        "description": description,
        "type": "object",
        "properties": {"name": _text("Name."), "uid": _text("UID.")},
    }


def _text(description: str) -> Obj:
    return {"description": description, "type": "string"}


def _texts(description: str) -> Obj:
    return {"description": description, "type": "array", "items": {"type": "string"}}


def _number(description: str) -> Obj:
    return {"description": description, "type": "integer"}


def _generation(description: str) -> Obj:
    return {"description": description, "type": "integer", "format": "int64"}


def _time(description: str) -> Obj:
    return {"description": description, "type": "string", "format": "date-time"}
