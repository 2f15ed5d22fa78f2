"""Which nodes a pod asks for, by its node selector and its required node affinity.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

import re
from collections.abc import Iterator
from typing import Final

from hooks.kube.node_affinity import EXPRESSIONS, OS_LABELS, REQUIRED, required_terms
from hooks.kube.objects import Obj, as_object, as_objects, labels_of
from hooks.placement.reasons import AFFINITY, ARCHITECTURE, SELECTOR, SYSTEM, Reason

FIELDS: Final = "matchFields"
NAME: Final = "metadata.name"
ARCHITECTURES: Final = ("kubernetes.io/arch", "beta.kubernetes.io/arch")
OF_MACHINE: Final = {
    **dict.fromkeys(OS_LABELS, (SYSTEM, "operating system")),
    **dict.fromkeys(ARCHITECTURES, (ARCHITECTURE, "architecture")),
}
"""Labels that say what a node is, with the words for it."""
WHOLE: Final = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)


def selection_reasons(pod: Obj, node: Obj) -> list[Reason]:
    """Return what the spec of a pod asks for that a node is not; all have to be met."""
    return [*_of_name(pod, node), *_of_selector(pod, node), *_of_affinity(pod, node)]


def _of_name(pod: Obj, node: Obj) -> list[Reason]:
    """Return why a node is not the one that a pod names, if it names one."""
    wanted = pod.get("nodeName")
    if not wanted or wanted == as_object(node.get("metadata")).get("name"):
        return []
    return [Reason(SELECTOR, f"node name {wanted} is not met")]


def _of_selector(pod: Obj, node: Obj) -> Iterator[Reason]:
    labels = labels_of(node)
    for key, value in as_object(pod.get("nodeSelector")).items():
        if labels.get(key) != value:
            expression = {"key": key, "operator": "In", "values": [value]}
            yield _reason(SELECTOR, expression, f"node selector {key}={value}", node)


def _of_affinity(pod: Obj, node: Obj) -> list[Reason]:
    """Return why none of the terms of the required node affinity matches; one is enough."""
    affinity = as_object(pod.get("affinity"))
    required = as_object(affinity.get("nodeAffinity")).get(REQUIRED)
    if not isinstance(required, dict):
        return []
    terms = required_terms(affinity)
    unmet = [_unmet(term, node) for term in terms]
    if any(term and not lacking for term, lacking in zip(terms, unmet, strict=True)):
        return []
    return _told(unmet, node)


def _told(unmet: list[list[Obj]], node: Obj) -> list[Reason]:
    """Return what all terms lack in common, of what a node is; else that no term is met."""
    common = [
        expression
        for expression in (unmet[0] if unmet else [])
        if all(expression in term for term in unmet)
    ]
    if common:
        return [
            _reason(AFFINITY, expression, f"node affinity {_words(expression)}", node)
            for expression in common
        ]
    return [Reason(AFFINITY, f"none of the {len(unmet)} terms of the node affinity is met")]


def _reason(kind: str, expression: Obj, text: str, node: Obj) -> Reason:
    key = str(expression.get("key"))
    if key in OF_MACHINE:
        kind, words = OF_MACHINE[key]
        found = labels_of(node).get(key, "not known")
        return Reason(kind, f"{words} {found}: {text}")
    return Reason(kind, f"{text} is not met")


def _words(expression: Obj) -> str:
    values = ", ".join(map(str, expression.get("values") or []))
    told = f" [{values}]" if values else ""
    return f"{expression.get('key')} {expression.get('operator')}{told}"


def _unmet(term: Obj, node: Obj) -> list[Obj]:
    """Return the requirements of a term that a node does not meet.

    A term without any matches no node:
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#NodeSelector
    """
    labels, name = labels_of(node), as_object(node.get("metadata")).get("name", "")
    by_label = (
        expression
        for expression in as_objects(term.get(EXPRESSIONS))
        if not _holds(expression, labels)
    )
    by_field = (field for field in as_objects(term.get(FIELDS)) if not _is_named(field, name))
    return [*by_label, *by_field]


def _holds(expression: Obj, labels: dict[str, str]) -> bool:
    """Return whether labels meet a requirement (`Matches` of k8s.io/apimachinery/pkg/labels)."""
    value, values = labels.get(str(expression.get("key"))), expression.get("values") or []
    match expression.get("operator"):
        case "In":
            return value is not None and value in values
        case "NotIn":
            return value is None or value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt" as operator:
            return _compares(operator, value, values)
    return False


def _compares(operator: str, value: str | None, values: list[str]) -> bool:
    """Return whether a label is a whole number above or below the only value."""
    numbers = [value, *values]
    if len(values) != 1 or not all(WHOLE.fullmatch(str(number)) for number in numbers):
        return False
    found, bound = (int(str(number)) for number in numbers)
    return found > bound if operator == "Gt" else found < bound


def _is_named(expression: Obj, name: str) -> bool:
    """Return whether a node has a name; nodes have no other field, and one value must be given.

    `nodeSelectorRequirementsAsFieldSelector` of k8s.io/component-helpers, v0.36.
    """
    values = expression.get("values") or []
    found = name if expression.get("key") == NAME else ""
    match expression.get("operator"), len(values):
        case "In", 1:
            return bool(values[0] == found)
        case "NotIn", 1:
            return bool(values[0] != found)
    return False
