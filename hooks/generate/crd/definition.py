"""The CustomResourceDefinition as a whole."""

from functools import cache

from hooks.generate.crd.fields import fields_of
from hooks.generate.crd.selector import names_itself, selector
from hooks.generate.crd.status import status
from hooks.generate.crd.structural import structural
from hooks.generate.crd.validations import with_rules
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND, PLURAL, InstanaAgentSpec

GROUP, _, VERSION = API_VERSION.partition("/")


def agents_crd() -> Obj:
    """Return the CustomResourceDefinition, which has the name of the Go operator's."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": "agent",
                "shortNames": ["ia", "instanaagent", "instanaagents"],
                "categories": ["monitoring", "openshift-optional"],
            },
            "scope": "Namespaced",
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": _columns(),
                    "schema": {"openAPIV3Schema": schema()},
                }
            ],
        },
    }


@cache
def schema() -> Obj:
    """Return the schema of the resource: always the same object, made once."""
    return with_rules(_fields())


def _fields() -> Obj:
    return {
        "description": "Instana's agents on the nodes of a cluster, and the k8sensor.",
        "type": "object",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": _spec(),
            "status": status(),
        },
        # Not by `required`: resources stored without it could not get labels or lose finalizers.
        "x-kubernetes-validations": [
            {
                "rule": "has(self.spec) || oldSelf.hasValue() && !has(oldSelf.value().spec)",
                "optionalOldSelf": True,
                "fieldPath": ".spec",
                "reason": "FieldValueRequired",
                "message": "must have a spec",
            },
            names_itself(),
        ],
    }


def _spec() -> Obj:
    spec = structural(fields_of(InstanaAgentSpec))
    described = {"description": spec["properties"]["selector"]["description"]}
    return spec | {"properties": spec["properties"] | {"selector": described | selector()}}


def _columns() -> list[Obj]:
    ready = '.status.conditions[?(@.type=="Ready")]'
    return [
        _column("Agents", "Agents that are ready, of those desired.", ".status.agents.summary"),
        _column(
            "K8sensors", "k8sensors that are ready, of those desired.", ".status.k8sensors.summary"
        ),
        _column("Ready", "Whether the condition Ready is True.", f"{ready}.status"),
        _column("Reason", "Reason of the condition Ready.", f"{ready}.reason"),
        _column("Age", "Time since it was created.", ".metadata.creationTimestamp", "date"),
        _wide("Version", "Version of the service.", ".status.operatorVersion"),
        _wide("Message", "Message of the condition Ready.", f"{ready}.message"),
    ]


def _column(name: str, description: str, path: str, type_: str = "string") -> Obj:
    return {"name": name, "type": type_, "description": description, "jsonPath": path}


def _wide(name: str, description: str, path: str) -> Obj:
    """Return a column that only `kubectl get -o wide` shows."""
    return _column(name, description, path) | {"priority": 1}
