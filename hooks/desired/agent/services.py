"""Services `<name>` and `<name>-headless`: the ways to reach an agent.

Both publish the addresses of pods that are not ready: an agent that is busy still takes data, and
one that just starts is looked for by the others.
"""

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.legacy import agent_selector
from hooks.desired.inputs.metadata import metadata
from hooks.kube.objects import Obj
from hooks.labels import AGENT
from hooks.models.ports import ports

SERVING_CERTIFICATE = "service.beta.openshift.io/serving-cert-secret-name"


def service(context: Context) -> list[Obj]:
    """Return the Service that leads to the agent on the caller's own node."""
    spec = context.agent.spec
    wanted = (
        spec.service.create or spec.prometheus.remote_write.enabled or spec.opentelemetry.enabled
    )
    if not wanted:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(
                context,
                names.service(context.agent.name),
                AGENT,
                annotations=_serving_certificate(context),
            ),
            "spec": {
                "internalTrafficPolicy": "Local",
                "ports": _service_ports(context),
                "publishNotReadyAddresses": True,
                "selector": agent_selector(context),
            },
        }
    ]


def headless_service(context: Context) -> Obj:
    """Return the Service that gives each agent a name; the agents find each other by it."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(context, names.headless_service(context.agent.name), AGENT),
        "spec": {
            "clusterIP": "None",
            "ports": _service_ports(context),
            "publishNotReadyAddresses": True,
            "selector": agent_selector(context),
        },
    }


def _serving_certificate(context: Context) -> dict[str, str]:
    """Return the annotation by which OpenShift issues a certificate for the Service."""
    wanted = context.agent.spec.agent.tls.openshift_serving_cert
    return {SERVING_CERTIFICATE: context.agent.issued_secret_name} if wanted else {}


def _service_ports(context: Context) -> list[Obj]:
    return [
        {
            "name": port.name,
            "port": port.number,
            "protocol": "TCP",
            "targetPort": port.number,
        }
        for port in ports(context.agent.spec)
    ]
