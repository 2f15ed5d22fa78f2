"""The parts that all ValidatingAdmissionPolicies have in common, and their bindings."""

from typing import Any

from hooks.kube.objects import Obj

API_VERSION = "admissionregistration.k8s.io/v1"
LABELS = {"app.kubernetes.io/name": "instana-agent-hooks", "app.kubernetes.io/part-of": "instana"}
CREATE, UPDATE = "CREATE", "UPDATE"
FAIL, IGNORE, DENY, WARN = "Fail", "Ignore", "Deny", "Warn"


def policy(name: str, constraints: Obj, failure_policy: str, **spec: Any) -> Obj:
    """Return a policy; `constraints` say which requests it checks, `spec` has everything else."""
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {"failurePolicy": failure_policy, "matchConstraints": constraints, **spec},
    }


def rejecting(name: str, constraints: Obj, **spec: Any) -> list[Obj]:
    """Return a policy that rejects what breaks it or cannot be evaluated, with its binding."""
    return [policy(name, constraints, FAIL, **spec), binding(name, DENY)]


def binding(name: str, action: str) -> Obj:
    """Return the binding that puts the policy of that name into force."""
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {"policyName": name, "validationActions": [action]},
    }


def resource_rule(group: str, version: str, operations: tuple[str, ...], *resources: str) -> Obj:
    """Return the rule that matches these operations on resources of a group."""
    return {
        "apiGroups": [group],
        "apiVersions": [version],
        "operations": [*operations],
        "resources": [*resources],
    }
