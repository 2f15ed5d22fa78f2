"""NetworkPolicies `<name>-k8sensor` and `<name>`: who may reach the pods, and what they may reach.

Made from the workloads as they are going to be: their templates say whether pods are on the network
of their hosts, which no policy is about, and where etcd is asked.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.legacy import agent_selector
from hooks.desired.inputs.memory import ETCD_TARGETS
from hooks.desired.inputs.metadata import metadata, selector_labels
from hooks.kube.objects import Obj
from hooks.kube.workloads import env_of, pod_spec
from hooks.labels import AGENT, K8SENSOR
from hooks.models.ports import ports

NAME_SERVER_PORTS = (53, 5353)
"""Of name servers; the second one is where OpenShift's pods listen."""

API_PORTS = (443, 6443)
KUBELET_PORT = 10250
PROXY_PORT = "80"
ETCD_VARIABLES = (ETCD_TARGETS, "ETCD_METRICS_URL")
PORTS_OF_SCHEMES = {"http": 80, "https": 443}


def with_network_policies(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the children with their NetworkPolicies, where these are asked for."""
    if not context.agent.spec.network_policy.enabled:
        return children
    return [*children, *_of_agents(context, children), *_of_sensors(context, children)]


def _of_agents(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the policy of agents that have a network of their own, else nothing."""
    pods = [pod_spec(child) for child in children if child["kind"] == "DaemonSet"]
    if all(pod.get("hostNetwork") for pod in pods):
        return []
    numbers = [port.number for port in ports(context.agent.spec)]
    ingress = {"ingress": [{"ports": _tcp(numbers)}], "policyTypes": ["Ingress"]}
    return [_policy(context, context.agent.name, AGENT, agent_selector(context), ingress)]


def _of_sensors(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the policy of the k8sensors, nothing where there are none."""
    deployments = [child for child in children if child["kind"] == "Deployment"]
    if not deployments:
        return []
    wanted = context.agent.spec.network_policy
    spec: Obj = {"policyTypes": ["Ingress"]}
    if wanted.sensor_ports:
        spec["ingress"] = [{"ports": _tcp(wanted.sensor_ports)}]
    if wanted.egress.enabled:
        spec |= {"policyTypes": ["Ingress", "Egress"], "egress": _egress(context, deployments)}
    pods = selector_labels(context, K8SENSOR)
    return [_policy(context, names.k8sensor(context.agent.name), K8SENSOR, pods, spec)]


def _policy(context: Context, name: str, component: str, pods: dict[str, str], spec: Obj) -> Obj:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(context, name, component),
        "spec": {"podSelector": {"matchLabels": pods}} | spec,
    }


def _egress(context: Context, deployments: list[Obj]) -> list[Obj]:
    """Return two rules: one list of ports with a number twice is merged badly by dynamic apply."""
    further = context.agent.spec.network_policy.egress.further_ports
    found = {*API_PORTS, KUBELET_PORT, *_of_backends(context), *_of_etcd(deployments), *further}
    return [
        {
            "ports": [
                {"port": port, "protocol": protocol}
                for port in NAME_SERVER_PORTS
                for protocol in ("TCP", "UDP")
            ]
        },
        {"ports": _tcp(found)},
    ]


def _of_backends(context: Context) -> set[int]:
    """Return the ports of the backends, or that of the proxy, which is asked in their place."""
    agent = context.agent.spec.agent
    if agent.proxy_host:
        return {int(agent.proxy_port or PROXY_PORT)}
    return {int(backend.port) for backend in context.backends}


def _of_etcd(deployments: list[Obj]) -> Iterator[int]:
    """Yield the ports of the metrics of etcd, as the k8sensors are told."""
    for deployment in deployments:
        variables = env_of(deployment, names.CONTAINER)
        for name in ETCD_VARIABLES:
            for url in (variables.get(name, {}).get("value") or "").split(","):
                yield from _port_of(url)


def _port_of(url: str) -> Iterator[int]:
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS_OF_SCHEMES.get(parts.scheme)
    except ValueError:
        return
    if port:
        yield port


def _tcp(numbers: Iterable[int]) -> list[Obj]:
    return [{"port": number, "protocol": "TCP"} for number in sorted(set(numbers))]
