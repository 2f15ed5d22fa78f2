"""Node affinity: which nodes a pod requires, and how to add a requirement."""

from collections.abc import Iterable, Sequence

from hooks.kube.objects import Obj, as_object, as_objects

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
EXPRESSIONS = "matchExpressions"

OS = "kubernetes.io/os"
OS_LABELS = (OS, "beta.kubernetes.io/os")
"""The label for the operating system that every kubelet sets on its node, and the label's
deprecated name: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-os"""

LINUX = "linux"
ON_LINUX: Obj = {"key": OS, "operator": "In", "values": [LINUX]}
NEVER_LINUX = ("DoesNotExist", "Gt", "Lt")
"""Operators that no Linux node satisfies: it has the label, and the label's value is not a
number."""


def required_terms(affinity: Obj) -> list[Obj]:
    """Return the node selector terms of an affinity: a node must match one of them."""
    required = as_object(as_object(affinity.get("nodeAffinity")).get(REQUIRED))
    return as_objects(required.get("nodeSelectorTerms"))


def narrowed(affinity: Obj, alternatives: Sequence[Sequence[Obj]]) -> Obj:
    """Return the affinity, restricted to nodes that also meet all requirements of one alternative.

    Node selector terms are alternatives themselves, so each of them gets the requirements that it
    does not have yet. An empty term matches no node and stays empty, because adding to it would
    widen the affinity:
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#NodeSelector
    """
    terms = required_terms(affinity)
    narrow = [
        _with(term, requirements)
        for term in terms or [{}]
        if term or not terms
        for requirements in alternatives
    ]
    of_node = as_object(affinity.get("nodeAffinity"))
    selector = {"nodeSelectorTerms": narrow or terms}
    return affinity | {"nodeAffinity": of_node | {REQUIRED: selector}}


def excludes_linux(expression: Obj) -> bool:
    """Return whether a requirement is about the operating system and excludes Linux."""
    if expression.get("key") not in OS_LABELS:
        return False
    operator, values = expression.get("operator"), expression.get("values") or []
    is_named = LINUX in values
    return (
        operator in NEVER_LINUX
        or (operator == "In" and not is_named)
        or (operator == "NotIn" and is_named)
    )


def _with(term: Obj, requirements: Iterable[Obj]) -> Obj:
    given = as_objects(term.get(EXPRESSIONS))
    missing = [requirement for requirement in requirements if requirement not in given]
    return term | {EXPRESSIONS: [*given, *missing]} if missing else term
