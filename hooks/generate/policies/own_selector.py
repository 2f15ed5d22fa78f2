"""The policy that makes new resources select only their own children; it changes nothing else.

So they do not adopt children of another resource that is gone. The defaulting webhook does the
same; the policy does not need the service. It needs MutatingAdmissionPolicy, which API servers
serve by default from Kubernetes 1.36 on.
"""

from hooks.generate.crd.definition import GROUP, VERSION
from hooks.generate.policies.places import CREATING
from hooks.generate.policies.policy import (
    API_VERSION,
    CREATE,
    IGNORE,
    LABELS,
    UPDATE,
    resource_rule,
)
from hooks.kube.objects import Obj
from hooks.labels import INSTANCE
from hooks.models.instana_agent import PLURAL

OWN_SELECTOR = "instana-agent-own-selector"
GIVEN, BEFORE = "object.spec.selector.matchLabels", "oldObject.spec.selector.matchLabels"
HAD_IT = (
    "has(oldObject.spec) && has(oldObject.spec.selector) && "
    f"has({BEFORE}) && '{INSTANCE}' in {BEFORE}"
)
OF_ALL = (
    f"has(object.spec) && has(object.spec.selector) && has({GIVEN}) && !('{INSTANCE}' in {GIVEN})"
)
CONDITIONS = (
    ("name-is-known", "has(object.metadata.name) && object.metadata.name != ''"),
    ("selects-children-of-all", OF_ALL),
    ("is-new-or-had-its-own", f"{CREATING} || ({HAD_IT})"),
)
"""When the policy acts. A resource that is replaced without its selector has the CRD's default
for a moment; an older one keeps its selector, because it may have children without the label."""

ADDING = (
    "[JSONPatch{op: 'add', "
    f"path: '/spec/selector/matchLabels/' + jsonpatch.escapeKey('{INSTANCE}'), "
    "value: object.metadata.name}]"
)


def own_selector() -> list[Obj]:
    """Return the MutatingAdmissionPolicy with its binding."""
    return [
        _object(
            "MutatingAdmissionPolicy",
            {
                "failurePolicy": IGNORE,
                "reinvocationPolicy": "Never",
                "matchConstraints": {
                    "resourceRules": [resource_rule(GROUP, VERSION, (CREATE, UPDATE), PLURAL)]
                },
                "matchConditions": [
                    {"name": name, "expression": expression} for name, expression in CONDITIONS
                ],
                "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": ADDING}}],
            },
        ),
        _object("MutatingAdmissionPolicyBinding", {"policyName": OWN_SELECTOR}),
    ]


def _object(kind: str, spec: Obj) -> Obj:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": OWN_SELECTOR, "labels": LABELS},
        "spec": spec,
    }
