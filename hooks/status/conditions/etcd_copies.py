"""Whether the k8sensors can read the metrics of OpenShift's etcd, and why not."""

from hooks.desired.inputs.context import Context
from hooks.desired.k8sensor.etcd_copies import (
    CA_SOURCE,
    CLIENT_SOURCE,
    NAMESPACE,
    copies_etcd,
    etcd_copies,
    mounts_copy,
    sources_found,
    wants_copies,
)
from hooks.kube.objects import Obj
from hooks.status.condition import Condition

ETCD_MONITORED = "EtcdMonitored"


def etcd_monitored(context: Context, children: list[Obj]) -> list[Condition]:
    """Return the condition on OpenShift, nothing elsewhere; everything else works without etcd.

    `children` are those of the response: pods of an earlier template may still read etcd.
    """
    return [_condition(context, children)] if wants_copies(context) else []


def _condition(context: Context, children: list[Obj]) -> Condition:
    if not copies_etcd(context):
        if any(map(mounts_copy, children)):
            message = (
                "k8sensors read the metrics of etcd with a copy of its client key that was made "
                "before; the next change of their pods ends that, unless the installation's "
                f"setting ETCD_COPY_NAMESPACES names namespace {context.agent.namespace}"
            )
            return Condition(ETCD_MONITORED, "True", "ReadUntilNextChange", message)
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
