"""Whose an existing object is that has the name of a child and is none."""

from collections.abc import Iterator

from hooks.desired.labels import AGENT, COMPONENT, INSTANCE, K8SENSOR, MANAGED_BY, OPERATOR
from hooks.kube.objects import Obj, as_objects, labels_of
from hooks.models import InstanaAgent

GUIDE_ACCOUNTS = frozenset({"instana-agent", "instana-agent-k8sensor"})
"""ServiceAccounts that Instana's guide for clusters without internet has people make first, so that
pull secrets can be added to them."""


def is_given(agent: InstanaAgent, obj: Obj) -> bool:
    """Tell whether an object is the resource's by its labels, and nobody else's by its owner.

    So are those that the Go operator made, and those that somebody handed over. Metacontroller
    adopts them.
    """
    return (
        not _is_controlled_by_another(agent, obj)
        and handed_over_by(agent.name, labels_of(obj).get(COMPONENT, "")).items()
        <= labels_of(obj).items()
    )


def is_of_another(name: str, child: Obj) -> bool:
    """Tell whether an observed child is that of another resource, by its label.

    Metacontroller adopts what has no controller any more, whosever it was: the selector of older
    resources matches the children of all. The Go operator's copies for etcd have no such label.
    """
    return labels_of(child).get(INSTANCE, name) != name


def handed_over_by(name: str, component: str) -> dict[str, str]:
    """Return the labels by which an object without a controller becomes the resource's."""
    known = component if component in (AGENT, K8SENSOR) else AGENT
    return {MANAGED_BY: OPERATOR, COMPONENT: known, INSTANCE: name}


def is_account_of_guide(obj: Obj) -> bool:
    """Tell whether an object is such an account, and nobody says that it is theirs."""
    is_named_so = obj["kind"] == "ServiceAccount" and obj["metadata"]["name"] in GUIDE_ACCOUNTS
    return is_named_so and MANAGED_BY not in labels_of(obj) and not any(_controllers(obj))


def _is_controlled_by_another(agent: InstanaAgent, obj: Obj) -> bool:
    return any(each.get("uid") != agent.metadata.uid for each in _controllers(obj))


def _controllers(obj: Obj) -> Iterator[Obj]:
    for owner in as_objects(obj["metadata"].get("ownerReferences")):
        if owner.get("controller"):
            yield owner
