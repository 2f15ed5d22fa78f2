"""Deployment `<name>-k8sensor<suffix>`: the k8sensor, once per backend."""

from dataclasses import dataclass

from hooks.desired import names
from hooks.desired.agent_volumes import config_mount
from hooks.desired.backends import Backend
from hooks.desired.config_secret import configuration_files
from hooks.desired.context import Context
from hooks.desired.environment import from_field, from_reference, given, in_order, plain
from hooks.desired.etcd_discovery import discovered_targets, discovers_etcd
from hooks.desired.held import Mounted
from hooks.desired.helm_era import DISABLE_KUBERNETES_SENSOR_FILE, adopted_daemonset
from hooks.desired.k8sensor_certificates import control_plane_certificate, etcd_certificate
from hooks.desired.k8sensor_configmap import entry_of, is_kept
from hooks.desired.k8sensor_secrets import checksum, delivery
from hooks.desired.labels import (
    AGENT_MODE,
    APP,
    BACKEND,
    K8SENSOR,
    kept_selector,
    labels_for_kept_selector,
    pod_labels,
    selector_labels,
)
from hooks.desired.metadata import metadata
from hooks.desired.probes import sensor_probes
from hooks.desired.pull_secret import image_pull_secrets
from hooks.desired.resources import resources
from hooks.kube.canonical import canonical_affinity, canonical_tolerations
from hooks.kube.objects import Obj, present
from hooks.models.ports import AGENT_API

MODE = "KUBERNETES"
COMMAND = "/ko-app/k8sensor"
FILE_SYSTEM_GROUP = 1000
NO_PROXY = "kubernetes.default.svc"
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


def _template(context: Context, backend: Backend, observed: Obj | None) -> Obj:
    further = {APP: K8SENSOR} | backend_label(backend) | labels_for_kept_selector(observed)
    annotations = context.agent.spec.agent.pod.annotations | checksum(context, backend, observed)
    return {
        "metadata": {
            "labels": pod_labels(context, K8SENSOR, MODE, further),
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
        "containers": [_container(context, backend, parts)],
        **present(
            imagePullSecrets=image_pull_secrets(context, observed) or None,
            nodeSelector=pod.node_selector or None,
            priorityClassName=pod.priority_class_name or None,
            tolerations=tolerations or None,
        ),
        "securityContext": {"fsGroup": FILE_SYSTEM_GROUP},
        "serviceAccountName": names.k8sensor(context.agent.name),
        "volumes": [each.volume for each in parts.mounts],
    }


def _container(context: Context, backend: Backend, parts: _Parts) -> Obj:
    sensor = context.agent.spec.k8s_sensor
    return {
        "name": names.CONTAINER,
        "image": sensor.image.reference,
        "imagePullPolicy": sensor.image.pull_policy,
        "command": [COMMAND],
        "args": ["-pollrate", sensor.pollrate, *parts.args],
        "env": in_order(_settings(context, backend) | parts.env),
        **sensor_probes(sensor.deployment.pod, "spec.k8s_sensor.deployment.pod"),
        "ports": [{"containerPort": AGENT_API, "name": "agent-apis", "protocol": "TCP"}],
        "resources": resources(sensor.deployment.pod, "spec.k8s_sensor.deployment.pod"),
        "volumeMounts": [each.mount for each in parts.mounts],
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
            NO_PROXY=NO_PROXY if agent.proxy_host else "",
            REST_CLIENT_HOST_ALLOWLIST=",".join(sensor.rest_client.host_allowlist),
        )
        | from_reference("BACKEND", address)
        | from_field("POD_IP", "status.podIP")
        | from_field("POD_NAME", "metadata.name")
        | from_field("POD_NAMESPACE", "metadata.namespace")
        | from_field("POD_UID", "metadata.uid")
    )


def _parts(context: Context, backend: Backend, observed: Obj | None) -> _Parts:
    """Return what depends on observed objects: secrets, certificates, the targets of etcd."""
    targets = _etcd_targets(context, observed)
    secrets = delivery(context, backend, observed)
    etcd = etcd_certificate(context, observed, targets)
    control_plane = control_plane_certificate(context, observed)
    return _Parts(
        args=secrets.args,
        env=secrets.env | etcd.env | control_plane.env | given(ETCD_TARGETS=",".join(targets)),
        mounts=(
            config_mount(context, items=_configuration_items(context)),
            *control_plane.mounts,
            *etcd.mounts,
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
