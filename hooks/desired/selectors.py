"""The selectors of workloads that are there already: they can never change."""

from hooks.kube.objects import Obj, labels_of


def kept_selector(observed: Obj | None, selector: dict[str, str]) -> Obj:
    """Return the selector of a workload: it can never change, so an observed one is kept."""
    kept = ((observed or {}).get("spec") or {}).get("selector")
    return kept or {"matchLabels": selector}


def labels_for_kept_selector(observed: Obj | None) -> dict[str, str]:
    """Return those labels of the observed pods that the observed selector asks for.

    A workload that was made otherwise (by an older installation) selects by labels of its own;
    its pods have to go on carrying them.
    """
    spec = (observed or {}).get("spec") or {}
    selector = spec.get("selector") or {}
    asked_for = {*(selector.get("matchLabels") or {})} | {
        expression.get("key") for expression in selector.get("matchExpressions") or []
    }
    of_pods = labels_of(spec.get("template") or {})
    return {name: value for name, value in of_pods.items() if name in asked_for}
