"""Certificate `<name>-certificate`: asks cert-manager for the certificate of the agents."""

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.kube.objects import Obj, present
from hooks.labels import AGENT
from hooks.models.tls import CertManager

USAGES = ("digital signature", "key encipherment", "server auth")


def certificates(context: Context) -> list[Obj]:
    """Return the Certificate where one is asked for and Metacontroller has the rule for it.

    Its Secret has the same name, and none of our labels: it is cert-manager's.
    """
    wanted = context.agent.spec.agent.tls.cert_manager
    if wanted is None or not context.children.knows(contract.CERTIFICATE):
        return []
    name = context.agent.issued_secret_name
    return [
        {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": metadata(context, name, AGENT),
            "spec": {"secretName": name} | _spec(context, wanted),
        }
    ]


def _spec(context: Context, wanted: CertManager) -> Obj:
    issuer = wanted.issuer_ref
    return {
        "dnsNames": list(dict.fromkeys((*_names_of_services(context), *wanted.dns_names))),
        "duration": wanted.duration,
        "issuerRef": {"group": issuer.group, "kind": issuer.kind, "name": issuer.name},
        "privateKey": {"rotationPolicy": "Always"},
        **present(renewBefore=wanted.renew_before or None),
        "usages": list(USAGES),
    }


def _names_of_services(context: Context) -> list[str]:
    name, namespace = context.agent.name, context.agent.namespace
    return [
        f"{service}.{namespace}{domain}"
        for service in (names.service(name), names.headless_service(name))
        for domain in ("", ".svc", ".svc.cluster.local")
    ]
