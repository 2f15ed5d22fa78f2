"""The selectors of workloads that exist already: they can never change."""

from hooks.kube.objects import Obj, as_object, as_objects, labels_of
from hooks.kube.workloads import template_of


def selector_of(workload: Obj) -> Obj:
    """Return the selector of a workload; empty where it has none."""
    return as_object(as_object(workload.get("spec")).get("selector"))


def labels_of_selector(workload: Obj) -> dict[str, str]:
    """Return those labels of a workload's pods that its selector asks for.

    A workload that was made otherwise (by an older installation) selects by labels of its own;
    its pods have to go on carrying them.
    """
    selector = selector_of(workload)
    asked_for = {*as_object(selector.get("matchLabels"))} | {
        expression.get("key") for expression in as_objects(selector.get("matchExpressions"))
    }
    labels = labels_of(template_of(workload))
    return {name: value for name, value in labels.items() if name in asked_for}
