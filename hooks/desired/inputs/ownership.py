"""Whose an existing object is that has the name of a child and is none."""

from hooks.contract import MATCHED_BY_PARENT
from hooks.kube.objects import Obj, controller_of, labels_of
from hooks.labels import AGENT, COMPONENT, INSTANCE, K8SENSOR, MANAGED_BY, OPERATOR
from hooks.models import InstanaAgent

COMPONENTS = (AGENT, K8SENSOR)
GUIDE_ACCOUNTS = frozenset({"instana-agent", "instana-agent-k8sensor"})
"""ServiceAccounts that Instana's guide for clusters without internet has people make first, so that
pull secrets can be added to them."""


def is_given(agent: InstanaAgent, obj: Obj) -> bool:
    """Return whether an object is the resource's by its labels, and nobody else's by its owner.

    So are those that the Go operator made, and those that somebody handed over. Metacontroller
    adopts them.
    """
    return is_given_to(agent.name, agent.metadata.uid, obj)


def is_given_to(name: str, uid: str, obj: Obj) -> bool:
    """Return whether an object is that of the agent with this name and uid; see `is_given`."""
    labels = labels_of(obj)
    return (
        labels.get(MANAGED_BY) == OPERATOR
        and labels.get(COMPONENT) in COMPONENTS
        and labels.get(INSTANCE) == name
        and (controller_of(obj) or {}).get("uid", uid) == uid
    )


def handing_over(child: Obj) -> dict[str, str]:
    """Return the labels of a child by which an object in its place is given to the resource."""
    return {name: labels_of(child)[name] for name in MATCHED_BY_PARENT}


def is_of_another(name: str, child: Obj) -> bool:
    """Return whether an observed child is that of another resource, by its label.

    Metacontroller adopts what has no controller any more, whosever it was: the selector of older
    resources matches the children of all. The Go operator's copies for etcd have no such label.
    """
    return labels_of(child).get(INSTANCE, name) != name


def is_account_of_guide(obj: Obj) -> bool:
    """Return whether an object is such an account, and nobody says that it is theirs."""
    is_named_so = obj["kind"] == "ServiceAccount" and obj["metadata"]["name"] in GUIDE_ACCOUNTS
    return is_named_so and MANAGED_BY not in labels_of(obj) and not controller_of(obj)
