"""Names of the children, their kinds, and the paths inside the containers.

All of them are those of the Go operator: running installations are taken over in place.
"""

from collections.abc import Container

CERTIFICATE = "Certificate.cert-manager.io/v1"
CONFIG_MAP = "ConfigMap.v1"
DAEMON_SET = "DaemonSet.apps/v1"
DEPLOYMENT = "Deployment.apps/v1"
ENDPOINT_SLICE = "EndpointSlice.discovery.k8s.io/v1"
NAMESPACE = "Namespace.v1"
NETWORK_POLICY = "NetworkPolicy.networking.k8s.io/v1"
POD_DISRUPTION_BUDGET = "PodDisruptionBudget.policy/v1"
SECRET = "Secret.v1"  # noqa: S105 - a kind, not a secret
SERVICE = "Service.v1"
SERVICE_ACCOUNT = "ServiceAccount.v1"

CONTAINER = "instana-agent"
"""Name of the container of the agent, and of the k8sensor too."""

CONFIG_DIRECTORY = "/opt/instana/agent/etc/instana-config-yml"
CERTIFICATES_DIRECTORY = "/opt/instana/agent/etc/certs"
NAMESPACES_DIRECTORY = "/opt/instana/agent/etc/namespaces"
NAMESPACES_FILE = "namespaces.yaml"
REPOSITORY_DIRECTORY = "/opt/instana/agent/data/repo"
SECRETS_DIRECTORY = "/opt/instana/agent/etc/instana/secrets"

GROUP_READABLE = 0o440
OWNER_READABLE = 0o400


def daemonset(agent: str, zone: str = "") -> str:
    """Return the name of the agent's DaemonSet, of one zone if given."""
    return f"{agent}-{zone}" if zone else agent


def config_secret(agent: str) -> str:
    """Return the name of the Secret with the agent's configuration files."""
    return f"{agent}-config"


def keys_secret(agent: str, of_user: Container[str]) -> str:
    """Return the name of the Secret with the credentials that stand in the resource.

    It is the resource's name, unless one of the user's own Secrets with credentials has that.
    """
    return f"{agent}-credentials" if agent in of_user else agent


def pull_secret(agent: str) -> str:
    """Return the name of the pull Secret for containers.instana.io."""
    return f"{agent}-containers-instana-io"


def tls_secret(agent: str) -> str:
    """Return the name of the TLS Secret made from a certificate in the resource."""
    return f"{agent}-tls"


def namespaces_configmap(agent: str) -> str:
    """Return the name of the ConfigMap that lists labelled Namespaces."""
    return f"{agent}-namespaces"


def service(agent: str) -> str:
    """Return the name of the agents' Service."""
    return agent


def headless_service(agent: str) -> str:
    """Return the name of the agents' headless Service."""
    return f"{agent}-headless"


def k8sensor(agent: str, suffix: str = "") -> str:
    """Return the name of what belongs to the k8sensor, of one backend if its suffix is given."""
    return f"{agent}-k8sensor{suffix}"
