"""What was there before the operators, a DaemonSet whose pods have fewer labels.

Its selector asks for name and instance at most and can never change. Once it is adopted its pods
are replaced node by node; until then the old ones have to be reached, and their Kubernetes sensor
is the only one until a k8sensor runs.
"""

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import selector_labels
from hooks.desired.selectors import labels_of_selector
from hooks.kube.objects import Obj, as_object, identity, labels_of
from hooks.kube.selectors import match_labels_of
from hooks.kube.workloads import template_of
from hooks.labels import AGENT, APP, COMPONENT, NAME
from hooks.observed.rollout import is_rolled_out

DISABLE_KUBERNETES_SENSOR_FILE = "configuration-disable-kubernetes-sensor.yaml"


def adopted_daemonset(context: Context) -> Obj | None:
    """Return the observed DaemonSet of the resource if no operator made it."""
    observed = context.observed_daemonset(context.agent.name)
    return observed if observed and _asks_for_less(observed) else None


def agent_selector(context: Context) -> dict[str, str]:
    """Return what selects the agents' pods: the old labels as long as pods carry no others.

    The new pods go on carrying what the DaemonSet selects by: the name of a Helm release, which may
    not be that of the resource.
    """
    agent = context.agent
    in_the_way = context.related.get(contract.DAEMON_SET, agent.namespace, agent.name)
    former = adopted_daemonset(context) or _of_agents(in_the_way)
    if former and not (_makes_pods_of_ours(former) and _is_rolled_out(context, former)):
        return match_labels_of(former)
    ours, asked_for = selector_labels(context, AGENT), labels_of_selector(former or {})
    return ours | {name: value for name, value in asked_for.items() if name in ours}


def keeps_kubernetes_sensor(context: Context) -> bool:
    """Return whether the agents' own Kubernetes sensor must not be switched off yet.

    It may be the only one as long as no k8sensor is available. Once off it stays off.
    """
    return (
        adopted_daemonset(context) is not None
        and not _is_switched_off(context)
        and not context.memory.is_sensor_available
    )


def _is_rolled_out(context: Context, daemonset: Obj) -> bool:
    """Return whether all pods are made from the present template, also of what is no child."""
    return identity(daemonset) in context.memory.rolled_out or is_rolled_out(daemonset)


def _is_switched_off(context: Context) -> bool:
    config = context.observed(contract.SECRET, names.config_secret(context.agent.name)) or {}
    return DISABLE_KUBERNETES_SENSOR_FILE in as_object(config.get("data"))


def _of_agents(daemonset: Obj | None) -> Obj | None:
    """Return the DaemonSet if its selector says that it runs agents: it may be a stranger's."""
    selector = match_labels_of(daemonset or {})
    is_of_agents = AGENT in (selector.get(NAME), selector.get(APP))
    return daemonset if is_of_agents and daemonset and _asks_for_less(daemonset) else None


def _asks_for_less(daemonset: Obj) -> bool:
    selector = match_labels_of(daemonset)
    return bool(selector) and COMPONENT not in selector


def _makes_pods_of_ours(daemonset: Obj) -> bool:
    return COMPONENT in labels_of(template_of(daemonset))
