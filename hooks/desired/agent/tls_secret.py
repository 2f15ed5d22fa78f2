"""Secret `<name>-tls`: certificate and key that stand in the resource itself."""

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata
from hooks.kube.encoding import canonical_base64
from hooks.kube.objects import Obj
from hooks.labels import AGENT
from hooks.models.tls import TLS_CERTIFICATE, TLS_KEY


def tls_secret(context: Context) -> list[Obj]:
    """Return the Secret for an inline certificate, else nothing."""
    tls = context.agent.spec.agent.tls
    if not tls.is_inline:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata(context, names.tls_secret(context.agent.name), AGENT),
            "type": "kubernetes.io/tls",
            "data": {
                TLS_CERTIFICATE: canonical_base64(tls.certificate),
                TLS_KEY: canonical_base64(tls.key),
            },
        }
    ]


def secret_name(context: Context) -> str:
    """Return the name of the Secret that pods mount as it is, empty where there is none."""
    tls = context.agent.spec.agent.tls
    if tls.is_inline:
        return names.tls_secret(context.agent.name)
    return tls.secret_name or context.agent.issued_secret_name
