"""The selectors of workloads that exist already: they can never change."""

from hooks.kube.objects import Obj, labels_of


def selector_of(workload: Obj) -> Obj:
    """Return the selector of a workload; empty where it has none."""
    selector: Obj = (workload.get("spec") or {}).get("selector") or {}
    return selector


def labels_of_selector(workload: Obj) -> dict[str, str]:
    """Return those labels of a workload's pods that its selector asks for.

    A workload that was made otherwise (by an older installation) selects by labels of its own;
    its pods have to go on carrying them.
    """
    selector = selector_of(workload)
    asked_for = {*(selector.get("matchLabels") or {})} | {
        expression.get("key") for expression in selector.get("matchExpressions") or []
    }
    labels = labels_of((workload.get("spec") or {}).get("template") or {})
    return {name: value for name, value in labels.items() if name in asked_for}
