"""Whether the k8sensors can read the metrics of OpenShift's etcd, and why not."""

from hooks.desired.inputs.context import Context
from hooks.desired.k8sensor.etcd_copies import (
    CA_SOURCE,
    CLIENT_SOURCE,
    NAMESPACE,
    copies_etcd,
    etcd_copies,
    sources_found,
    wants_copies,
)
from hooks.status.condition import Condition

ETCD_MONITORED = "EtcdMonitored"


def etcd_monitored(context: Context) -> list[Condition]:
    """Return the condition on OpenShift, nothing elsewhere; all else runs without it."""
    return [_condition(context)] if wants_copies(context) else []


def _condition(context: Context) -> Condition:
    if not copies_etcd(context):
        message = (
            f"the client key of etcd is not copied to namespace {context.agent.namespace}, as "
            "whoever reads Secrets there could read and write all of the cluster's state: the "
            "installation's setting ETCD_COPY_NAMESPACES would allow it"
        )
        return Condition(ETCD_MONITORED, "False", "CopyNotAllowed", message, is_advice=True)
    if sources_found(context):
        message = f"the certificates of {NAMESPACE} are copied for the k8sensors"
        return Condition(ETCD_MONITORED, "True", "CertificatesCopied", message)
    left = "the copies stay as they are" if etcd_copies(context) else "nothing is copied"
    message = (
        f"ConfigMap {CA_SOURCE} and Secret {CLIENT_SOURCE} are not both there and complete in "
        f"namespace {NAMESPACE}: {left}"
    )
    return Condition(ETCD_MONITORED, "False", "SourceMissing", message, is_advice=True)
