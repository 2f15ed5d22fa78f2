"""What the Helm generations before the operators left: a DaemonSet whose pods have fewer labels.

Its selector asks for name and instance only and can never change. Once it is adopted its pods are
replaced node by node; until then the old ones have to be reached, and their Kubernetes sensor is
the only one until a k8sensor runs.
"""

from hooks.desired import names
from hooks.desired.context import Context
from hooks.desired.labels import AGENT, COMPONENT, NAME
from hooks.desired.metadata import selector_labels
from hooks.kube.objects import Obj, as_object, labels_of
from hooks.observed.rollout import count, is_rolled_out

DISABLE_KUBERNETES_SENSOR_FILE = "configuration-disable-kubernetes-sensor.yaml"


def adopted_daemonset(context: Context) -> Obj | None:
    """Return the observed DaemonSet of the resource if a Helm generation made it."""
    return _of_helm_era(context.observed_daemonset(context.agent.name))


def service_selector(context: Context) -> dict[str, str]:
    """Return what the Services select by: the old labels as long as pods carry no others."""
    agent = context.agent
    in_the_way = context.related.get(names.DAEMON_SET, agent.namespace, agent.name)
    former = adopted_daemonset(context) or _of_helm_era(in_the_way)
    if former and not (_makes_pods_of_ours(former) and is_rolled_out(former)):
        return _match_labels(former)
    return selector_labels(context, AGENT)


def keeps_kubernetes_sensor(context: Context) -> bool:
    """Tell whether the agents' own Kubernetes sensor must not be switched off yet.

    It may be the only one as long as no k8sensor is available. Once off it stays off.
    """
    return (
        adopted_daemonset(context) is not None
        and not _is_switched_off(context)
        and not any(
            count(deployment, "availableReplicas")
            for deployment in context.children.all_of(names.DEPLOYMENT)
        )
    )


def _is_switched_off(context: Context) -> bool:
    config = context.observed(names.SECRET, names.config_secret(context.agent.name)) or {}
    return DISABLE_KUBERNETES_SENSOR_FILE in as_object(config.get("data"))


def _of_helm_era(daemonset: Obj | None) -> Obj | None:
    selector = _match_labels(daemonset or {})
    return daemonset if selector.get(NAME) == AGENT and COMPONENT not in selector else None


def _makes_pods_of_ours(daemonset: Obj) -> bool:
    return COMPONENT in labels_of(as_object(as_object(daemonset.get("spec")).get("template")))


def _match_labels(daemonset: Obj) -> dict[str, str]:
    selector = as_object(as_object(daemonset.get("spec")).get("selector"))
    return as_object(selector.get("matchLabels"))
