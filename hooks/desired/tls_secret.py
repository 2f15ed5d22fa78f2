"""Secret `<name>-tls`: certificate and key that stand in the resource itself."""

from hooks.desired import names
from hooks.desired.context import Context
from hooks.desired.held import is_there
from hooks.desired.labels import AGENT
from hooks.desired.metadata import metadata
from hooks.kube.objects import Obj


def tls_secret(context: Context) -> list[Obj]:
    """Return the Secret for an inline certificate, else nothing.

    It stays as observed while the user's own Secret, which is to replace it, is not there.
    """
    tls = context.agent.spec.agent.tls
    if tls.is_inline:
        return [_secret(context, {"tls.crt": tls.certificate, "tls.key": tls.key})]
    observed = context.observed(names.SECRET, names.tls_secret(context.agent.name))
    if observed and not is_there(context, tls.secret_name):
        return [_secret(context, observed.get("data") or {})]
    return []


def secret_name(context: Context) -> str:
    """Return the name of the Secret that pods mount, empty where TLS is off."""
    tls = context.agent.spec.agent.tls
    return tls.secret_name or (names.tls_secret(context.agent.name) if tls.is_inline else "")


def _secret(context: Context, data: dict[str, str]) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(context, names.tls_secret(context.agent.name), AGENT),
        "type": "kubernetes.io/tls",
        "data": data,
    }
