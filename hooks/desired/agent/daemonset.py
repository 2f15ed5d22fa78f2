"""DaemonSet `<name>`, or one `<name>-<zone>` per zone: the agent on every node."""

from hooks import contract
from hooks.desired import names
from hooks.desired.agent.additions import added_mounts, added_volumes
from hooks.desired.agent.environment import agent_environment, mode_of
from hooks.desired.agent.tolerations import agent_tolerations
from hooks.desired.agent.volumes import agent_mounts
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata, pod_labels, selector_labels
from hooks.desired.inputs.owned import as_observed
from hooks.desired.inputs.zones import agent_affinity, are_known, zones
from hooks.desired.pod.held import Mounted
from hooks.desired.pod.probes import agent_probes
from hooks.desired.pod.pull_secret import image_pull_secrets
from hooks.desired.pod.resources import resources
from hooks.desired.selectors import kept_selector, labels_for_kept_selector
from hooks.kube.canonical import canonical_update_strategy
from hooks.kube.environment import in_order
from hooks.kube.objects import Obj, present
from hooks.labels import AGENT, ZONE
from hooks.models.instana_agent import ZoneSpec
from hooks.models.ports import ports
from hooks.rules.rollout import is_zero

DEFAULT_MODE = "APM"


def agent_daemonsets(context: Context) -> list[Obj]:
    """Return the DaemonSet of each zone, or the only one of a resource without zones.

    While nothing is known of the zones, those that are there stay.
    """
    if not are_known(context):
        return [as_observed(context, each) for each in context.children.all_of(contract.DAEMON_SET)]
    return [agent_daemonset(context, zone) for zone in zones(context)]


def agent_daemonset(context: Context, zone: ZoneSpec | None) -> Obj:
    """Return one DaemonSet; raises InvalidResource for values that Kubernetes cannot hold."""
    spec = context.agent.spec.agent
    name = names.daemonset(context.agent.name, zone.name if zone else "")
    observed = context.observed_daemonset(name)
    zone_label = {ZONE: zone.name} if zone else {}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata(context, name, AGENT, labels=zone_label),
        "spec": {
            **present(minReadySeconds=spec.min_ready_seconds or None),
            "selector": kept_selector(observed, selector_labels(context, AGENT) | zone_label),
            "template": _template(context, zone, observed),
            "updateStrategy": _update_strategy(context),
        },
    }


def _template(context: Context, zone: ZoneSpec | None, observed: Obj | None) -> Obj:
    pod = context.agent.spec.agent.pod
    further = ({ZONE: zone.name} if zone else {}) | labels_for_kept_selector(observed)
    mode = mode_of(context, zone) or DEFAULT_MODE
    return {
        "metadata": {
            "labels": pod_labels(context, AGENT, mode, further, pod.labels),
            **present(annotations=pod.annotations or None),
        },
        "spec": _pod(context, zone, observed),
    }


def _pod(context: Context, zone: ZoneSpec | None, observed: Obj | None) -> Obj:
    pod, image = context.agent.spec.agent.pod, context.agent.spec.agent.image
    mounts = agent_mounts(context, observed)
    return {
        "affinity": agent_affinity(context, zone),
        "containers": [_container(context, zone, observed, mounts)],
        "dnsPolicy": "ClusterFirstWithHostNet",
        "hostNetwork": True,
        "hostPID": True,
        **present(
            imagePullSecrets=image_pull_secrets(context, observed, image.pull_secrets) or None,
            nodeSelector=pod.node_selector or None,
            priorityClassName=pod.priority_class_name or None,
            tolerations=agent_tolerations(context, zone) or None,
        ),
        "serviceAccountName": context.agent.service_account_name,
        "volumes": [each.volume for each in mounts] + added_volumes(context, observed),
    }


def _container(
    context: Context, zone: ZoneSpec | None, observed: Obj | None, mounts: tuple[Mounted, ...]
) -> Obj:
    spec = context.agent.spec.agent
    return {
        "name": names.CONTAINER,
        "image": spec.image.reference,
        "imagePullPolicy": spec.image.pull_policy,
        "env": in_order(agent_environment(context, zone, observed)),
        **agent_probes(spec.pod, "spec.agent.pod"),
        "ports": [
            {"containerPort": port.number, "name": port.name, "protocol": "TCP"}
            for port in ports(context.agent.spec)
        ],
        "resources": resources(spec.pod, "spec.agent.pod"),
        "securityContext": {"privileged": True},
        "volumeMounts": [each.mount for each in mounts] + added_mounts(context, observed),
    }


def _update_strategy(context: Context) -> Obj:
    """Return the strategy; one agent at a time is unavailable unless the user says otherwise."""
    given = context.agent.spec.agent.update_strategy
    rolling = dict(given.rolling_update)
    if "maxUnavailable" not in rolling:
        rolling["maxUnavailable"] = 1 if is_zero(rolling.get("maxSurge", 0)) else 0
    return canonical_update_strategy(
        {"rollingUpdate": rolling, "type": given.type}, "spec.agent.updateStrategy"
    )
