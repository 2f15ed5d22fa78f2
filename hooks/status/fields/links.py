"""Links to the children that the Go operator's status names."""

from hooks import contract
from hooks.desired import names
from hooks.kube.objects import Obj
from hooks.observed import ObservedObjects
from hooks.status.rollouts.workloads import agent_daemonsets


def links(parent: Obj, children: ObservedObjects) -> Obj:
    """Return name and uid of the observed children that the Go operator's status names."""
    name, namespace = parent["metadata"]["name"], parent["metadata"].get("namespace", "")
    daemonsets = agent_daemonsets(children)
    linked = {
        "configsecret": children.get(contract.SECRET, namespace, names.config_secret(name)),
        "namespacesconfigmap": children.get(
            contract.CONFIG_MAP, namespace, names.namespaces_configmap(name)
        ),
        "daemonset": daemonsets[0] if len(daemonsets) == 1 else None,
    }
    return {
        field: {"name": child["metadata"]["name"], "uid": child["metadata"]["uid"]}
        for field, child in linked.items()
        if child and "uid" in child["metadata"]
    }
