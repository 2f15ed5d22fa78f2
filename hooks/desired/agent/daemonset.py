"""DaemonSet `<name>`, or one `<name>-<zone>` per zone: the agent on every node."""

from hooks import contract
from hooks.desired import names
from hooks.desired.agent.credentials import credentials
from hooks.desired.agent.environment import host_id, mode_of, pod_facts, settings
from hooks.desired.agent.package_cache import package_cache
from hooks.desired.agent.tolerations import agent_tolerations
from hooks.desired.agent.volumes import (
    MACHINE_ID,
    host_directories,
    namespaces,
    repository,
    tls,
)
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata, pod_labels, selector_labels
from hooks.desired.inputs.owned import retained
from hooks.desired.inputs.zones import agent_affinity, are_known, zones
from hooks.desired.pod.additions import additions
from hooks.desired.pod.mounts import configuration
from hooks.desired.pod.parts import Part
from hooks.desired.pod.probes import agent_probes
from hooks.desired.pod.pull_secret import image_pull_secrets
from hooks.desired.pod.resources import resources
from hooks.desired.pod.settled import Settled, Workload, settled
from hooks.kube.canonical import canonical_update_strategy
from hooks.kube.environment import in_order
from hooks.kube.objects import Obj, present
from hooks.labels import AGENT, ZONE
from hooks.models.additions import AGENT_POD, of_agent
from hooks.models.instana_agent import ZoneSpec
from hooks.models.ports import ports
from hooks.models.references import AGENT_IMAGE
from hooks.rules.rollout import is_zero

DEFAULT_MODE = "APM"


def agent_daemonsets(context: Context) -> list[Workload]:
    """Return the DaemonSet of each zone, or the only one of a resource without zones.

    While the zones are not observed yet, the observed DaemonSets are retained.
    """
    if not are_known(context):
        observed = context.children.all_of(contract.DAEMON_SET)
        return [Workload(retained(context, daemonset)) for daemonset in observed]
    return [agent_daemonset(context, zone) for zone in zones(context)]


def agent_daemonset(context: Context, zone: ZoneSpec | None) -> Workload:
    """Return one DaemonSet; raises InvalidResource for values that Kubernetes cannot hold."""
    spec = context.agent.spec.agent
    name = names.daemonset(context.agent.name, zone.name if zone else "")
    pod = settled(context.observed_daemonset(name), _parts(context, zone))
    zone_label = {ZONE: zone.name} if zone else {}
    selector = {"matchLabels": selector_labels(context, AGENT) | zone_label}
    daemonset = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata(context, name, AGENT, labels=zone_label),
        "spec": {
            **present(minReadySeconds=spec.min_ready_seconds or None),
            "selector": pod.selector or selector,
            "template": _template(context, zone, pod),
            "updateStrategy": _update_strategy(context),
        },
    }
    return Workload(daemonset, pod.retained_for)


def _parts(context: Context, zone: ZoneSpec | None) -> tuple[Part, ...]:
    """Return what the pods get: mounts in the Go operator's order, the user's variables win."""
    return (
        settings(context, zone),
        host_directories(context),
        MACHINE_ID,
        configuration(context, items=None),
        tls(context),
        repository(context),
        package_cache(context),
        namespaces(context),
        credentials(context),
        pod_facts(context),
        host_id(context),
        image_pull_secrets(context, context.agent.spec.agent.image.pull_secrets, AGENT_IMAGE),
        *additions(context, of_agent),
    )


def _template(context: Context, zone: ZoneSpec | None, pod: Settled) -> Obj:
    given = context.agent.spec.agent.pod
    further = ({ZONE: zone.name} if zone else {}) | pod.selector_labels
    mode = mode_of(context, zone) or DEFAULT_MODE
    return {
        "metadata": {
            "labels": pod_labels(context, AGENT, mode, further, given.labels),
            **present(annotations=given.annotations or None),
        },
        "spec": _pod(context, zone, pod),
    }


def _pod(context: Context, zone: ZoneSpec | None, pod: Settled) -> Obj:
    given = context.agent.spec.agent.pod
    return {
        "affinity": agent_affinity(context, zone),
        "containers": [_container(context, pod)],
        "dnsPolicy": "ClusterFirstWithHostNet",
        "hostNetwork": True,
        "hostPID": True,
        **present(
            imagePullSecrets=pod.pull_secrets or None,
            nodeSelector=given.node_selector or None,
            priorityClassName=given.priority_class_name or None,
            tolerations=agent_tolerations(context, zone) or None,
        ),
        "serviceAccountName": context.agent.service_account_name,
        "volumes": pod.volumes,
    }


def _container(context: Context, pod: Settled) -> Obj:
    spec = context.agent.spec.agent
    return {
        "name": names.CONTAINER,
        "image": spec.image.reference,
        "imagePullPolicy": spec.image.pull_policy,
        "env": in_order(pod.env),
        **agent_probes(spec.pod, AGENT_POD),
        "ports": [
            {"containerPort": port.number, "name": port.name, "protocol": "TCP"}
            for port in ports(context.agent.spec)
        ],
        "resources": resources(spec.pod, AGENT_POD),
        "securityContext": {"privileged": True},
        "volumeMounts": pod.mounts,
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
