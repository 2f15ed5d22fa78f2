"""The metrics endpoints of etcd on a plain Kubernetes, found in kube-system.

The outcome is a function of what is observed, and steady, as every change of the targets restarts
k8sensors: an endpoint that is listed but not ready right now stays a target if it is one, and
while none can be told of an existing Service, the targets stay.
"""

from dataclasses import dataclass

from hooks import contract
from hooks.desired.inputs.context import Context
from hooks.kube.hosts import bracketed
from hooks.kube.objects import Obj, annotations_of, labels_of, named

KUBE_SYSTEM = "kube-system"
SERVICES = ("etcd", "etcd-metrics", "etcd-k8s")
LABELLED_SERVICES = ("etcd", "etcd-metrics")
SERVICE_LABEL = "kubernetes.io/service-name"
CA_SECRET = "etcd-ca"  # noqa: S105 - a name
SCHEME_ANNOTATION = "instana.io/etcd-scheme"
SCHEMES = ("http", "https")
METRICS_PORT = "metrics"
PLAIN_HTTP_PORT = 2381


@dataclass(frozen=True, slots=True)
class _Endpoint:
    url: str
    is_ready: bool


def discovers_etcd(context: Context) -> bool:
    """Return whether etcd is looked for: depends on the resource and the installation only."""
    sensor = context.agent.spec.k8s_sensor
    return sensor.deployment.enabled and not sensor.etcd.targets and not context.is_openshift


def is_undecided(context: Context) -> bool:
    """Return whether the objects to look at were not asked for yet."""
    related = context.related
    return not (related.knows(contract.SERVICE) and related.knows(contract.ENDPOINT_SLICE))


def discovered_targets(context: Context, name: str) -> tuple[str, ...]:
    """Return the URLs, sorted; those that the Deployment of that name has where none is found."""
    used = context.memory.etcd_targets.get(name, ())
    if is_undecided(context):
        return used
    service = _service(context)
    port = named((service.get("spec") or {}).get("ports") or [], METRICS_PORT)
    if not port:
        return ()
    endpoints = _endpoints(context, service, port)
    targets = {endpoint.url for endpoint in endpoints if endpoint.is_ready or endpoint.url in used}
    return tuple(sorted(targets)) or used


def _service(context: Context) -> Obj:
    """Return etcd's Service: a labelled one before one that only has the name."""
    found = {
        name: service
        for name in SERVICES
        if (service := context.related.get(contract.SERVICE, KUBE_SYSTEM, name))
    }
    for name in LABELLED_SERVICES:
        if name in found and labels_of(found[name]).get("component") == "etcd":
            return found[name]
    return next(iter(found.values()), {})


def _endpoints(context: Context, service: Obj, service_port: Obj) -> list[_Endpoint]:
    scheme = _scheme(service, service_port)
    return [
        _Endpoint(f"{scheme}://{bracketed(address)}:{port}/metrics", is_ready)
        for endpoint_slice in context.related.all_of(contract.ENDPOINT_SLICE)
        if _belongs_to(endpoint_slice, service)
        for port in [_port(endpoint_slice, service_port)]
        for address, is_ready in _addresses(endpoint_slice)
    ]


def _belongs_to(endpoint_slice: Obj, service: Obj) -> bool:
    is_near = (endpoint_slice.get("metadata") or {}).get("namespace") == KUBE_SYSTEM
    name = service["metadata"]["name"]
    return bool(is_near and labels_of(endpoint_slice).get(SERVICE_LABEL) == name)


def _addresses(endpoint_slice: Obj) -> list[tuple[str, bool]]:
    """Return each address with whether it is ready; not saying so means ready."""
    return [
        (address, (endpoint.get("conditions") or {}).get("ready") is not False)
        for endpoint in endpoint_slice.get("endpoints") or []
        for address in endpoint.get("addresses") or []
    ]


def _port(endpoint_slice: Obj, service_port: Obj) -> int:
    own = named(endpoint_slice.get("ports") or [], METRICS_PORT) or {}
    number: int = own.get("port") or service_port["port"]
    return number


def _scheme(service: Obj, service_port: Obj) -> str:
    """Return the scheme; an annotation that is none is ignored, not copied into a URL."""
    chosen = annotations_of(service).get(SCHEME_ANNOTATION)
    if chosen in SCHEMES:
        return str(chosen)
    return "http" if service_port.get("port") == PLAIN_HTTP_PORT else "https"
