"""Objects of others, and what the policies of `deploy/guards` say of writing to them."""

from typing import Any

from hooks.generate.crd.definition import schema
from hooks.generate.policies import guards
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rules.walking import ITEMS, steps_of
from tests.cluster.api import PLURALS
from tests.support.cel import Verdict, judged_by_policies
from tests.support.resources import NAME, agent, merged, obj

GUARDS = guards()
OURS = {"app.kubernetes.io/managed-by": "instana-agent-operator"}
THE_INSTALLATIONS = {"app.kubernetes.io/name": "instana-agent-hooks"}
LABELS = {"app": "strangers"}
TEMPLATE: Obj = {
    "metadata": {"labels": LABELS},
    "spec": {"containers": [{"name": "main", "image": "strangers.example/app:1"}]},
}
WORKLOAD: Obj = {"selector": {"matchLabels": LABELS}, "template": TEMPLATE}
CLAIM: Obj = {
    "accessModes": ["ReadWriteOnce"],
    "resources": {"requests": {"storage": "1Gi"}},
    "storageClassName": "strangers",
}
ISSUED: Obj = {"secretName": "strangers", "issuerRef": {"name": "strangers"}}
PORT = "443"
ENTRY: Obj = {"name": "mine", "key": "entry"}
BESIDE: dict[str, Obj] = {
    f"spec.agent.tls.{one}.name": {"agent": {"tls": {other: ENTRY}}}
    for one, other in (
        ("certificateSecretKeyRef", "keySecretKeyRef"),
        ("keySecretKeyRef", "certificateSecretKeyRef"),
    )
}
"""What a rule asks for beside a place."""

OBJECTS: tuple[Obj, ...] = (
    obj("ConfigMap", NAME, data={"of": "strangers"}),
    obj("PersistentVolumeClaim", NAME, spec=CLAIM),
    obj("Secret", NAME, data={"of": "c3RyYW5nZXJz"}),
    obj("Service", NAME, spec={"selector": LABELS, "ports": [{"port": 80}]}),
    obj("ServiceAccount", "strangers"),
    obj("DaemonSet", NAME, spec=WORKLOAD) | {"apiVersion": "apps/v1"},
    obj("Deployment", NAME, spec=WORKLOAD) | {"apiVersion": "apps/v1"},
    obj("NetworkPolicy", NAME, spec={"podSelector": {"matchLabels": LABELS}})
    | {"apiVersion": "networking.k8s.io/v1"},
    obj(
        "PodDisruptionBudget",
        NAME,
        spec={"minAvailable": 1, "selector": {"matchLabels": LABELS}},
    )
    | {"apiVersion": "policy/v1"},
    obj("Certificate", NAME, spec=ISSUED) | {"apiVersion": "cert-manager.io/v1"},
)
"""One of each kind of children, as an application would have it."""


def owner(name: str = NAME, uid: str = "uid-of-the-agent", **more: object) -> Obj:
    """Return the reference by which an InstanaAgent owns a child."""
    reference = {"apiVersion": API_VERSION, "kind": KIND, "name": name, "uid": uid}
    return reference | {"controller": True, "blockOwnerDeletion": True} | more


def with_metadata(original: Obj, **metadata: object) -> Obj:
    """Return an object with further metadata."""
    return merged(original, {"metadata": metadata})


def refused(new: Obj, old: Obj | None = None, policies: list[Obj] = GUARDS) -> list[Verdict]:
    """Return what the policies that are asked about an object have against it, or its change."""
    operation = "UPDATE" if old else "CREATE"
    names = {
        each["metadata"]["name"]
        for each in policies
        if "matchConstraints" in each["spec"] and _is_asked(each, new, operation)
    }
    asked = [each for each in policies if each["metadata"]["name"] in names]
    return [each for each in judged_by_policies(asked, new, old) if not each.holds]


def _is_asked(policy: Obj, about: Obj, operation: str) -> bool:
    group = about["apiVersion"].rpartition("/")[0]
    return any(
        group in rule["apiGroups"]
        and PLURALS[about["kind"]] in rule["resources"]
        and operation in rule["operations"]
        for rule in policy["spec"]["matchConstraints"]["resourceRules"]
    )


def named_at(place: str, name: str) -> Obj:
    """Return the smallest resource that names an account or a Secret at a place."""
    spec = schema()["properties"]["spec"]
    return agent(merged(BESIDE.get(place, {}), _filled(spec, steps_of(place)[1:], name)))


def _filled(part: Obj, steps: list[str], value: Any) -> Any:
    """Return what has the value at a place, and what else is required on the way."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if step == ITEMS:
        return [_filled(part["items"], rest, value)]
    fields = part["properties"]
    required = {name: _any(fields[name]) for name in part.get("required", ()) if name != step}
    return {**required, step: _filled(fields[step], rest, value)}


def _any(part: Obj) -> Any:
    """Return a value of a type, a text that is as good as a name as it is as a port."""
    values = {"integer": 1, "object": {}, "string": PORT}
    return [_any(part["items"])] if part["type"] == "array" else values[part["type"]]
