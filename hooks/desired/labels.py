"""Names and values of labels, and the selectors of workloads that are there already."""

from hooks.kube.objects import Obj, labels_of

NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
VERSION = "app.kubernetes.io/version"
COMPONENT = "app.kubernetes.io/component"
PART_OF = "app.kubernetes.io/part-of"
MANAGED_BY = "app.kubernetes.io/managed-by"
AGENT_MODE = "instana/agent-mode"
ZONE = "io.instana/zone"
BACKEND = "instana.io/backend"
APP = "app"

AGENT = "instana-agent"
K8SENSOR = "k8sensor"
OPERATOR = "instana-agent-operator"
"""Value of `managed-by`: that of the Go operator, whose children are taken over by it."""

GENERATION_LABEL = "agent.instana.io/generation"
"""On all children of the Go operator: the generation of the resource that it made them for.

On a workload with a kept template: the generation that the template is still right for."""

CHILD_SELECTOR: Obj = {
    "matchLabels": {MANAGED_BY: OPERATOR},
    "matchExpressions": [{"key": COMPONENT, "operator": "In", "values": [AGENT, K8SENSOR]}],
}
"""What every resource selects its children by; its own name may come on top."""

MATCHED_BY_PARENT = (MANAGED_BY, COMPONENT, INSTANCE)
"""The labels that the resource's `spec.selector` asks for; the last one where it names itself."""


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
