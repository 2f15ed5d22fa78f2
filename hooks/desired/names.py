"""Names of the children, and the paths inside the containers.

All of them are those of the Go operator: running installations are taken over in place.
"""

import re
from hashlib import sha256

from hooks.rules.patterns import DNS_NAME, LONGEST_LABEL
from hooks.rules.rule import full

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

DIGEST_LENGTH = 8
_NOT_IN_NAMES = re.compile("[^a-z0-9]+")
_is_part_of_name = full(DNS_NAME)


def daemonset(agent: str, zone: str = "") -> str:
    """Return the name of the agent's DaemonSet, of one zone if given."""
    return f"{agent}-{_part_of_name(zone)}" if zone else agent


def _part_of_name(zone: str) -> str:
    """Return the zone as it can be part of a name: what had to be changed gets a digest."""
    if _is_part_of_name(zone):
        return zone
    plain = _NOT_IN_NAMES.sub("-", zone.lower()).strip("-")[: LONGEST_LABEL - DIGEST_LENGTH - 1]
    digest = sha256(zone.encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{plain}-{digest}" if plain else digest


def package_cache(agent: str) -> str:
    """Return the name of the claim for the packages that agents download."""
    return f"{agent}-package-cache"


def config_secret(agent: str) -> str:
    """Return the name of the Secret with the agent's configuration files."""
    return f"{agent}-config"


def keys_secrets(agent: str) -> tuple[str, str]:
    """Return the names of the Secret with the credentials that stand in the resource.

    The second one is for where the first is the name of somebody else's Secret.
    """
    return agent, f"{agent}-credentials"


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
