"""Names of the installation's own objects, which no InstanaAgent beside them leads to or uses.

Its Secrets hold the service's key and the token by which Metacontroller is known; its account and
those of the chart's jobs have rights of their own.
"""

from collections.abc import Collection

SERVICE = "instana-agent-hooks"
"""Deployment, Service, ServiceAccount and so on; the names of all else of it begin like this."""

TLS_SECRET, TOKEN_SECRET = f"{SERVICE}-tls", f"{SERVICE}-token"
JOBS = ("instana-agent-definition", "instana-agent-hand-over")
"""Jobs of the Helm chart, and their accounts."""

NAMES = (SERVICE, *JOBS, TLS_SECRET, TOKEN_SECRET)
"""The chart can give its two Secrets other names."""

KINDS = frozenset(
    {"ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Secret", "Service"}
    | {"ServiceAccount"}
)
"""Kinds of children that the installation has, too; it has no DaemonSet."""


def is_reserved(name: str, names: Collection[str] = NAMES) -> bool:
    """Tell whether an object of the installation has the name; `names` where they are others."""
    return name in names or name.startswith(f"{SERVICE}-")
