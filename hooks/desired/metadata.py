"""Metadata of a child."""

from hooks.desired.context import Context
from hooks.desired.labels import common_labels
from hooks.kube.objects import Obj, present


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
