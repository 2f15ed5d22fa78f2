"""Names of the installation's own objects, which no InstanaAgent next to them may create or use.

The installation's Secrets contain the service's key and the token that authenticates
Metacontroller; its account and those of the chart's jobs have rights of their own.
"""

from collections.abc import Collection

SERVICE = "instana-agent-hooks"
"""Deployment, Service, ServiceAccount and so on; the names of all its other objects begin with
it."""

TLS_SECRET, TOKEN_SECRET = f"{SERVICE}-tls", f"{SERVICE}-token"
JOBS = ("instana-agent-definition", "instana-agent-hand-over")
"""Jobs of the Helm chart, and their accounts."""

NAMES = (SERVICE, *JOBS, TLS_SECRET, TOKEN_SECRET)
"""The chart can give its two Secrets other names."""

KINDS = frozenset(
    {"ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Secret", "Service"}
    | {"ServiceAccount"}
)
"""Kinds of children that the installation has as well; it has no DaemonSet."""


def is_reserved(name: str, names: Collection[str] = NAMES) -> bool:
    """Return whether an object of the installation has the name; `names` replaces the defaults."""
    return name in names or name.startswith(f"{SERVICE}-")
