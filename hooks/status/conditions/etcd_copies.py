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
                "k8sensors still read the metrics of etcd with an older copy of its "
                "client key, until their pods change next: to keep it, add namespace "
                f"{context.agent.namespace} to the installation's setting "
                "ETCD_COPY_NAMESPACES"
            )
            return Condition(ETCD_MONITORED, "True", "ReadUntilNextChange", message)
        message = (
            "the client key of etcd is not copied to namespace "
            f"{context.agent.namespace}, because anyone who can read Secrets there "
            "could then read and write all of the cluster's state: to allow it, add "
            "the namespace to the installation's setting ETCD_COPY_NAMESPACES"
        )
        return Condition(ETCD_MONITORED, "False", "CopyNotAllowed", message, is_advice=True)
    if sources_found(context):
        message = f"the certificates of {NAMESPACE} are copied for the k8sensors"
        return Condition(ETCD_MONITORED, "True", "CertificatesCopied", message)
    left = "the existing copies are retained" if etcd_copies(context) else "nothing is copied"
    message = (
        f"ConfigMap {CA_SOURCE} or Secret {CLIENT_SOURCE} is missing or incomplete in "
        f"namespace {NAMESPACE}: {left}"
    )
    return Condition(ETCD_MONITORED, "False", "SourceMissing", message, is_advice=True)
