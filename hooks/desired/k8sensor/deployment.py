"""Deployment `<name>-k8sensor<suffix>`: the k8sensor, once per backend."""

from collections.abc import Mapping

from hooks.desired import names
from hooks.desired.agent.config_secret import configuration_files
from hooks.desired.inputs.backend_addresses import entry_of, had_sensor
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.legacy import DISABLE_KUBERNETES_SENSOR_FILE, adopted_daemonset
from hooks.desired.inputs.metadata import metadata, pod_labels, selector_labels
from hooks.desired.k8sensor.additions import (
    all_annotations,
    all_labels,
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
from hooks.desired.pod.additions import additions
from hooks.desired.pod.mounts import configuration
from hooks.desired.pod.parts import Part
from hooks.desired.pod.probes import sensor_probes
from hooks.desired.pod.settled import Settled, Workload, settled
from hooks.kube.canonical import canonical_affinity, canonical_tolerations
from hooks.kube.environment import from_field, from_reference, given, in_order, plain
from hooks.kube.objects import Obj, present
from hooks.labels import AGENT_MODE, APP, BACKEND, K8SENSOR
from hooks.models.additions import SENSOR_POD, of_sensor
from hooks.models.ports import AGENT_API

MODE = "KUBERNETES"
COMMAND = "/ko-app/k8sensor"
API_SERVER = "kubernetes.default.svc"
NO_PROXY = ("NO_PROXY", "no_proxy")
"""The variables in which Go looks for hosts that need no proxy: golang.org/x/net/http/httpproxy."""

PREFERENCE_WEIGHT = 100


def k8sensor_deployments(context: Context) -> list[Workload]:
    """Return the Deployment of each backend, or none where the k8sensor is switched off."""
    if not context.agent.spec.k8s_sensor.deployment.enabled:
        return []
    return [k8sensor_deployment(context, backend) for backend in deployed_backends(context)]


def k8sensor_deployment(context: Context, backend: Backend) -> Workload:
    """Return one Deployment; raises InvalidResource for values that Kubernetes cannot hold."""
    spec = context.agent.spec.k8s_sensor.deployment
    name = names.k8sensor(context.agent.name, backend.suffix)
    pod = settled(context.observed_deployment(name), _parts(context, backend, name))
    selector = {"matchLabels": selector_labels(context, K8SENSOR) | {APP: K8SENSOR}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(context, name, K8SENSOR, labels={APP: K8SENSOR}),
        "spec": {
            **present(minReadySeconds=spec.min_ready_seconds or None),
            "replicas": spec.replicas,
            "selector": pod.selector or selector,
            **strategy(context),
            "template": _template(context, backend, name, pod),
        },
    }
    return Workload(deployment, pod.retained_for)


def deployed_backends(context: Context) -> list[Backend]:
    """Return the backends that have k8sensors: an additional one needs a key, or had one."""
    return [
        backend
        for backend in context.backends
        if backend.is_main or not backend.lacks_key or had_sensor(context, backend)
    ]


def backend_label(backend: Backend) -> dict[str, str]:
    """Return the label that tells the pods of an additional backend from the main one's."""
    return {} if backend.is_main else {BACKEND: backend.suffix.removeprefix("-")}


def _selected(context: Context, backend: Backend) -> dict[str, str]:
    """Return labels of the pods of this Deployment."""
    return selector_labels(context, K8SENSOR) | backend_label(backend)


def _parts(context: Context, backend: Backend, name: str) -> tuple[Part, ...]:
    """Return what the pods get, with mounts in this order; the user's variables win."""
    targets = _etcd_targets(context, name)
    return (
        _settings(context, backend),
        configuration(context, items=_configuration_items(context)),
        control_plane_certificate(context),
        etcd_certificate(context, targets),
        *etcd_access(context),
        delivery(context, backend),
        Part(env=given(ETCD_TARGETS=",".join(targets))),
        pull_secrets(context),
        *additions(context, of_sensor),
    )


def _template(context: Context, backend: Backend, name: str, pod: Settled) -> Obj:
    further = {APP: K8SENSOR} | backend_label(backend) | pod.selector_labels
    annotations = all_annotations(context)
    return {
        "metadata": {
            "labels": pod_labels(context, K8SENSOR, MODE, further, all_labels(context)),
            **present(annotations=annotations or None),
        },
        "spec": _pod(context, backend, name, pod),
    }


def _pod(context: Context, backend: Backend, name: str, pod: Settled) -> Obj:
    given_pod = context.agent.spec.k8s_sensor.deployment.pod
    tolerations = canonical_tolerations(list(given_pod.tolerations), f"{SENSOR_POD}.tolerations")
    affinity = canonical_affinity(given_pod.affinity, f"{SENSOR_POD}.affinity")
    return {
        "affinity": affinity or _apart_from_each_other(),
        "containers": [_container(context, name, pod)],
        **present(
            imagePullSecrets=pod.pull_secrets or None,
            nodeSelector=given_pod.node_selector or None,
            priorityClassName=given_pod.priority_class_name or None,
            tolerations=tolerations or None,
            topologySpreadConstraints=topology_spread(context, _selected(context, backend)) or None,
        ),
        "securityContext": pod_security(context),
        "serviceAccountName": names.k8sensor(context.agent.name),
        "volumes": pod.volumes,
    }


def _container(context: Context, name: str, pod: Settled) -> Obj:
    sensor = context.agent.spec.k8s_sensor
    return {
        "name": names.CONTAINER,
        "image": sensor.image.reference,
        "imagePullPolicy": sensor.image.pull_policy,
        "command": [COMMAND],
        "args": ["-pollrate", sensor.pollrate, *pod.args],
        "env": in_order(pod.env),
        **sensor_probes(sensor.deployment.pod, SENSOR_POD),
        "ports": [{"containerPort": AGENT_API, "name": "agent-apis", "protocol": "TCP"}],
        "resources": k8sensor_resources(context, name),
        **container_security(context),
        "volumeMounts": pod.mounts,
    }


def _settings(context: Context, backend: Backend) -> Part:
    """Return the variables that follow the resource alone."""
    spec = context.agent.spec
    agent, sensor = spec.agent, spec.k8s_sensor
    address = {
        "configMapKeyRef": {
            "key": entry_of(backend),
            "name": names.k8sensor(context.agent.name),
        }
    }
    return Part(
        env=plain(agent.env)
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
    hosts = [host for host in of_user.split(",") if host]
    return of_user if API_SERVER in hosts else ",".join([*hosts, API_SERVER])


def _etcd_targets(context: Context, name: str) -> tuple[str, ...]:
    """Return the metrics URLs of etcd: the user's in their order, else the discovered ones."""
    if discovers_etcd(context):
        return discovered_targets(context, name)
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
