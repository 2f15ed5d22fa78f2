"""Metadata of a child, and the labels of its pods."""

from hooks.desired.inputs.context import Context
from hooks.kube.objects import Obj, present
from hooks.labels import (
    AGENT,
    AGENT_MODE,
    COMPONENT,
    INSTANCE,
    MANAGED_BY,
    NAME,
    OPERATOR,
    PART_OF,
    VERSION,
)


def metadata(
    context: Context,
    name: str,
    component: str,
    *,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
) -> Obj:
    """Return the metadata of a child: its name, its namespace, the common labels and more."""
    return {
        "name": name,
        "namespace": context.agent.namespace,
        "labels": common_labels(context, component) | (labels or {}),
        **present(annotations=annotations or None),
    }


def common_labels(context: Context, component: str) -> dict[str, str]:
    """Return the labels that every child of the component carries."""
    return {
        NAME: AGENT,
        INSTANCE: context.agent.name,
        VERSION: context.facts.operator_version,
        COMPONENT: component,
        PART_OF: "instana",
        MANAGED_BY: OPERATOR,
    }


def selector_labels(context: Context, component: str) -> dict[str, str]:
    """Return the labels by which the pods of the component are found."""
    return {NAME: AGENT, INSTANCE: context.agent.name, COMPONENT: component}


def pod_labels(
    context: Context, component: str, mode: str, further: dict[str, str], of_user: dict[str, str]
) -> dict[str, str]:
    """Return the labels of a pod: the user's, those of all pods, and the further ones given."""
    return {
        **of_user,
        **selector_labels(context, component),
        PART_OF: "instana",
        MANAGED_BY: OPERATOR,
        AGENT_MODE: mode,
        **further,
    }
