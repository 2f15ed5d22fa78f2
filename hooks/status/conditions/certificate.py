"""Whether the certificate of the agents is issued, if the resource asks for one."""

from hooks import contract
from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.unresolved import unresolved
from hooks.kube.objects import Obj, condition_of
from hooks.models.references import of_tls
from hooks.status.condition import Condition

CERTIFICATE_ISSUED = "CertificateIssued"


def certificate_issued(context: Context) -> list[Condition]:
    """Return the condition of a certificate to be issued, nothing if none is asked for."""
    tls = context.agent.spec.agent.tls
    if tls.cert_manager:
        return [_by_cert_manager(context)]
    return [_by_openshift(context)] if tls.openshift_serving_cert else []


def _by_cert_manager(context: Context) -> Condition:
    name = context.agent.issued_secret_name
    if not context.children.knows(contract.CERTIFICATE):
        message = (
            "Metacontroller has no rule for Certificates, so none is created: add the "
            "component metacontroller/components/certificates to the installation, or "
            "name a Secret in spec.agent.tls.secretName"
        )
        return _not_issued("RuleMissing", message)
    if _is_ready(context.observed(contract.CERTIFICATE, name) or {}):
        return _issued("cert-manager issued the certificate and renews it")
    place = context.agent.namespace
    message = (
        f"cert-manager has not issued the certificate: kubectl -n {place} describe "
        f"certificate {name} shows why"
    )
    return _not_issued("NotIssuedYet", message)


def _by_openshift(context: Context) -> Condition:
    if not context.is_openshift:
        message = (
            "spec.agent.tls.openshiftServingCert needs OpenShift, but neither "
            "spec.openshift nor the installation's setting OPENSHIFT is true: set one "
            "of them, or use spec.agent.tls.certManager or a Secret"
        )
        return _not_issued("NotOpenShift", message)
    if not unresolved(context, *of_tls(context.agent)):
        return _issued("OpenShift issued the certificate and renews it")
    service = names.service(context.agent.name)
    message = (
        "OpenShift has not issued the certificate: an annotation in kubectl -n "
        f"{context.agent.namespace} describe service {service} shows why"
    )
    return _not_issued("NotIssuedYet", message)


def _is_ready(certificate: Obj) -> bool:
    return condition_of(certificate, "Ready").get("status") == "True"


def _issued(message: str) -> Condition:
    return Condition(CERTIFICATE_ISSUED, "True", "Issued", message)


def _not_issued(reason: str, message: str) -> Condition:
    return Condition(CERTIFICATE_ISSUED, "False", reason, message)
