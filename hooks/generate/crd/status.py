"""`status`: what this service reports, and what the Go operator left in stored resources.

It has types and descriptions only: if the API server rejected a status, that would be worse than an
odd one.
"""

from hooks.kube.objects import Obj

ZONES = (
    "Those of each DaemonSet, where there are several: at most 16, those that lack agents first."
)
BACKENDS = (
    "Those of each Deployment, where there are several: at most 16, those that lack pods first."
)


def status() -> Obj:
    """Return the schema; a field missing from it would be pruned, and written again forever."""
    return {
        "description": "What is observed: conditions, counts, and links to children.",
        "type": "object",
        "properties": {
            "conditions": _conditions(),
            "agents": _counts(
                "Agents of all DaemonSets together.",
                zones=_parts(ZONES, zone=_text("Its zone; nothing for nodes without one.")),
            ),
            "k8sensors": _counts("k8sensors of all backends together.", backends=_parts(BACKENDS)),
            "images": _texts("Images of the pods of agents and k8sensors, at most 16."),
            "rollout": _rollout(),
            "pods": _pods(),
            "effective": {
                "description": "Values that count of fields that have a default, by their paths.",
                "type": "object",
                "additionalProperties": {"type": "string"},
            },
            "observedGeneration": _generation("Generation of the spec that the status is about."),
            "operatorVersion": _text("Version of the service that wrote the status."),
            "configsecret": _link("Secret with the agents' configuration."),
            "namespacesconfigmap": _link("ConfigMap with the labelled namespaces."),
            "overrides": _texts("Paths of spec.overrides that are carried out."),
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
                "state": _text("Found, Missing, or Unknown if it was not looked for yet."),
                "keysFound": _texts("Entries that are needed, and there."),
                "keysMissing": _texts("Entries that are needed, and not there."),
                "inUse": {
                    "description": "Whether all pods that read it run with what it holds now.",
                    "type": "boolean",
                },
            },
        },
    }


def _conditions() -> Obj:
    return {
        "description": "What holds and what does not, by type; Ready sums the others up.",
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
        "items": {
            "type": "object",
            "required": ["type", "status"],
            "properties": {
                "type": _text("What the condition is about."),
                "status": _text("True, False or Unknown."),
                "reason": _text("Why, in one word."),
                "message": _text("Why, in a sentence."),
                "lastTransitionTime": _time("When the status changed last."),
                "observedGeneration": _generation("Generation that the condition is about."),
            },
        },
    }


def _rollout() -> Obj:
    return {
        "description": "Why pods were replaced last, and changes that wait for approval.",
        "type": "object",
        "properties": {
            "last": _last(),
            "held": {
                "description": "Changes of pods that wait (spec.rollout.policy: Manual), one per "
                "workload; at most 16.",
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "workload": _text("Kind and name of the workload."),
                        "approval": _text("What the annotation instana.io/approve is to name."),
                        "cause": _text("Why the change came up."),
                        "changes": _texts("What would change in the workload's spec."),
                        "pods": _number("How many pods would be replaced."),
                    },
                },
            },
        },
    }


def _last() -> Obj:
    return {
        "description": "The last roll-out of each workload, of at most 16.",
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "workload": _text("Kind and name of the workload."),
                "cause": _text("Why its pods were replaced, or made."),
                "template": _text("Digest of the pod template that is asked for."),
                "checksum": _text("Digest of what all its pods read as they started."),
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
                        "count": _number("How many pods that is."),
                        "pod": _text("One of them."),
                        "node": _text("Its node."),
                        "detail": _text("Exit code, image or reason of that one."),
                        "remedy": _text("What to do."),
                    },
                },
            },
            "nodesWithoutAgent": {
                "description": "Nodes whose agent is not ready.",
                "type": "object",
                "properties": {
                    "count": _number("How many."),
                    "names": _texts("The first ones by name, at most 16."),
                },
            },
            "restarts": _text("How often containers restarted, in powers of ten."),
        },
    }


def _parts(description: str, **more: Obj) -> Obj:
    name = _text("Name of the DaemonSet or Deployment.")
    return {
        "description": description,
        "type": "array",
        "items": _counts("One of them.", name=name, **more) | {"required": ["name"]},
    }


def _counts(description: str, **more: Obj) -> Obj:
    return {
        "description": description,
        "type": "object",
        "properties": {
            **more,
            "desired": _number("How many there should be."),
            "ready": _number("How many are ready."),
            "updated": _number("How many are of the present template."),
            "available": _number("How many are ready for long enough."),
            "unavailable": _number("How many are lacking."),
            "summary": _text("Ready and desired ones, such as 2/3."),
        },
    }


def _deprecated() -> Obj:
    return {
        "status": _text("Deprecated: Running or Failed. Use the condition Ready."),
        "reason": _text("Deprecated: what is wrong. Use the conditions."),
        "oldVersionsUpdated": {
            "description": "Deprecated: whether the spec or the operator changed since the first "
            "status.",
            "type": "boolean",
        },
        "daemonset": _link("Deprecated: the DaemonSet, where there is exactly one."),
        "configmap": _link("Deprecated, not written."),
        "lastUpdate": _time("Deprecated, not written."),
        "leadingAgentPod": {
            "description": "Deprecated, not written.",
            "type": "object",
            "additionalProperties": _link("Deprecated, not written."),
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
