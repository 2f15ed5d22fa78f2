"""Deployment `<name>-k8sensor<suffix>`: the k8sensor, once per backend."""

from collections.abc import Mapping
from dataclasses import dataclass

from hooks.desired import names
from hooks.desired.agent.config_secret import configuration_files
from hooks.desired.inputs.backend_addresses import entry_of, is_kept
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.legacy import DISABLE_KUBERNETES_SENSOR_FILE, adopted_daemonset
from hooks.desired.inputs.metadata import metadata, pod_labels, selector_labels
from hooks.desired.k8sensor.additions import (
    all_annotations,
    all_env,
    all_labels,
    all_mounts,
    all_volumes,
    pull_secrets,
    strategy,
    topology_spread,
)
from hooks.desired.k8sensor.certificates import control_plane_certificate, etcd_certificate
from hooks.desired.k8sensor.etcd_copies import etcd_access
from hooks.desired.k8sensor.etcd_discovery import discovered_targets, discovers_etcd
from hooks.desired.k8sensor.resources import k8sensor_resources
from hooks.desired.k8sensor.secrets import delivery
from hooks.desired.k8sensor.security import container_security, pod_security
from hooks.desired.pod.held import Mounted
from hooks.desired.pod.mounts import config_mount
from hooks.desired.pod.probes import sensor_probes
from hooks.desired.selectors import kept_selector, labels_for_kept_selector
from hooks.kube.canonical import canonical_affinity, canonical_tolerations
from hooks.kube.environment import from_field, from_reference, given, in_order, plain
from hooks.kube.objects import Obj, present
from hooks.labels import AGENT_MODE, APP, BACKEND, K8SENSOR
from hooks.models.ports import AGENT_API

MODE = "KUBERNETES"
COMMAND = "/ko-app/k8sensor"
API_SERVER = "kubernetes.default.svc"
NO_PROXY = ("NO_PROXY", "no_proxy")
"""The variables in which Go looks for hosts that need no proxy: golang.org/x/net/http/httpproxy."""

PREFERENCE_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class _Parts:
    args: list[str]
    env: dict[str, Obj]
    mounts: tuple[Mounted, ...]


def k8sensor_deployments(context: Context) -> list[Obj]:
    """Return the Deployment of each backend, or none where the k8sensor is switched off."""
    if not context.agent.spec.k8s_sensor.deployment.enabled:
        return []
    return [k8sensor_deployment(context, backend) for backend in deployed_backends(context)]


def k8sensor_deployment(context: Context, backend: Backend) -> Obj:
    """Return one Deployment; raises InvalidResource for values that Kubernetes cannot hold."""
    deployment = context.agent.spec.k8s_sensor.deployment
    name = names.k8sensor(context.agent.name, backend.suffix)
    observed = context.observed_deployment(name)
    selector = selector_labels(context, K8SENSOR) | {APP: K8SENSOR}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(context, name, K8SENSOR, labels={APP: K8SENSOR}),
        "spec": {
            **present(minReadySeconds=deployment.min_ready_seconds or None),
            "replicas": deployment.replicas,
            "selector": kept_selector(observed, selector),
            **strategy(context),
            "template": _template(context, backend, observed),
        },
    }


def deployed_backends(context: Context) -> list[Backend]:
    """Return the backends that have k8sensors: an additional one needs a key, or had one."""
    return [
        backend
        for backend in context.backends
        if backend.is_main or not backend.lacks_key or is_kept(context, backend)
    ]


def backend_label(backend: Backend) -> dict[str, str]:
    """Return the label that tells the pods of an additional backend from the main one's."""
    return {} if backend.is_main else {BACKEND: backend.suffix.removeprefix("-")}


def _selected(context: Context, backend: Backend) -> dict[str, str]:
    """Return labels of the pods of this Deployment."""
    return selector_labels(context, K8SENSOR) | backend_label(backend)


def _template(context: Context, backend: Backend, observed: Obj | None) -> Obj:
    further = {APP: K8SENSOR} | backend_label(backend) | labels_for_kept_selector(observed)
    annotations = all_annotations(context)
    return {
        "metadata": {
            "labels": pod_labels(context, K8SENSOR, MODE, further, all_labels(context)),
            **present(annotations=annotations or None),
        },
        "spec": _pod(context, backend, observed),
    }


def _pod(context: Context, backend: Backend, observed: Obj | None) -> Obj:
    pod = context.agent.spec.k8s_sensor.deployment.pod
    path = "spec.k8s_sensor.deployment.pod"
    tolerations = canonical_tolerations(list(pod.tolerations), f"{path}.tolerations")
    affinity = canonical_affinity(pod.affinity, f"{path}.affinity")
    parts = _parts(context, backend, observed)
    return {
        "affinity": affinity or _apart_from_each_other(),
        "containers": [_container(context, backend, parts, observed)],
        **present(
            imagePullSecrets=pull_secrets(context, observed) or None,
            nodeSelector=pod.node_selector or None,
            priorityClassName=pod.priority_class_name or None,
            tolerations=tolerations or None,
            topologySpreadConstraints=topology_spread(context, _selected(context, backend)) or None,
        ),
        "securityContext": pod_security(context),
        "serviceAccountName": names.k8sensor(context.agent.name),
        "volumes": all_volumes(context, parts.mounts, observed),
    }


def _container(context: Context, backend: Backend, parts: _Parts, observed: Obj | None) -> Obj:
    sensor = context.agent.spec.k8s_sensor
    return {
        "name": names.CONTAINER,
        "image": sensor.image.reference,
        "imagePullPolicy": sensor.image.pull_policy,
        "command": [COMMAND],
        "args": ["-pollrate", sensor.pollrate, *parts.args],
        "env": in_order(all_env(context, _settings(context, backend) | parts.env, observed)),
        **sensor_probes(sensor.deployment.pod, "spec.k8s_sensor.deployment.pod"),
        "ports": [{"containerPort": AGENT_API, "name": "agent-apis", "protocol": "TCP"}],
        "resources": k8sensor_resources(context, observed),
        **container_security(context),
        "volumeMounts": all_mounts(context, parts.mounts, observed),
    }


def _settings(context: Context, backend: Backend) -> dict[str, Obj]:
    """Return the variables that follow the resource alone."""
    spec = context.agent.spec
    agent, sensor = spec.agent, spec.k8s_sensor
    address = {
        "configMapKeyRef": {
            "key": entry_of(backend),
            "name": names.k8sensor(context.agent.name),
        }
    }
    return (
        plain(agent.env)
        | given(
            AGENT_ZONE=spec.cluster.name or spec.zone.name,
            BACKEND_URL="https://$(BACKEND)",
            CONFIG_PATH=names.CONFIG_DIRECTORY,
            ETCD_INSECURE="true" if sensor.etcd.insecure else "false",
            INSTANA_KUBERNETES_REDACT_SECRETS=agent.redact_kubernetes_secrets,
            NO_PROXY=_without_proxy(agent.env) if agent.proxy_host else "",
            REST_CLIENT_HOST_ALLOWLIST=",".join(sensor.rest_client.host_allowlist),
        )
        | from_reference("BACKEND", address)
        | from_field("POD_IP", "status.podIP")
        | from_field("POD_NAME", "metadata.name")
        | from_field("POD_NAMESPACE", "metadata.namespace")
        | from_field("POD_UID", "metadata.uid")
    )


def _without_proxy(env: Mapping[str, str]) -> str:
    """Return the hosts that the k8sensor needs no proxy for: the user's and the API server."""
    of_user = next((env[name] for name in NO_PROXY if env.get(name)), "")
    hosts = [each for each in of_user.split(",") if each]
    return of_user if API_SERVER in hosts else ",".join([*hosts, API_SERVER])


def _parts(context: Context, backend: Backend, observed: Obj | None) -> _Parts:
    """Return what depends on observed objects: secrets, certificates, the targets of etcd."""
    targets = _etcd_targets(context, observed)
    secrets = delivery(context, backend, observed)
    etcd = etcd_certificate(context, observed, targets)
    control_plane = control_plane_certificate(context, observed)
    copied = etcd_access(context)
    return _Parts(
        args=secrets.args,
        env=secrets.env
        | etcd.env
        | copied.env
        | control_plane.env
        | given(ETCD_TARGETS=",".join(targets)),
        mounts=(
            config_mount(context, items=_configuration_items(context)),
            *control_plane.mounts,
            *etcd.mounts,
            *copied.mounts,
            *secrets.mounts,
        ),
    )


def _etcd_targets(context: Context, observed: Obj | None) -> tuple[str, ...]:
    """Return the metrics URLs of etcd: the user's in their order, else the discovered ones."""
    if discovers_etcd(context):
        return discovered_targets(context, observed)
    return context.agent.spec.k8s_sensor.etcd.targets


def _configuration_items(context: Context) -> list[Obj]:
    """Return the configuration files without those that hold the keys of the backends.

    Nor one that is written only once a k8sensor runs, which would be restarted for it.
    """
    comes_later = {DISABLE_KUBERNETES_SENSOR_FILE} if adopted_daemonset(context) else set()
    files = sorted(configuration_files(context).keys() - comes_later)
    return [{"key": file, "path": file} for file in files]


def _apart_from_each_other() -> Obj:
    term = {
        "labelSelector": {
            "matchExpressions": [{"key": AGENT_MODE, "operator": "In", "values": [MODE]}]
        },
        "topologyKey": "kubernetes.io/hostname",
    }
    return {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"podAffinityTerm": term, "weight": PREFERENCE_WEIGHT}
            ]
        }
    }
