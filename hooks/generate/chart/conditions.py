"""When a part of the installation is there: conditions on the chart's values."""

from typing import Final

CONTROLLER: Final = "$.Values.controller"


def is_true(name: str) -> str:
    """Return the condition that a template of the chart says `true`."""
    return f'eq (include "instana-agent.{name}" $) "true"'


def tls_is_of(source: str) -> str:
    """Return the condition that the service's certificate comes from there."""
    return f'eq {CONTROLLER}.tls.source "{source}"'


ENABLED: Final = f"{CONTROLLER}.enabled"
OPENSHIFT: Final = is_true("openshift")
CERT_MANAGER: Final = is_true("certManager")
METACONTROLLER: Final = is_true("metacontroller")
TLS_OF_CERT_MANAGER: Final = tls_is_of("CertManager")
TLS_OF_OPENSHIFT: Final = tls_is_of("OpenShift")
VALIDATING: Final = f"{CONTROLLER}.webhooks.validating"
DEFAULTING: Final = f"{CONTROLLER}.webhooks.defaulting"
WEBHOOKS: Final = f"or {VALIDATING} {DEFAULTING}"
MONITORING: Final = f"{CONTROLLER}.monitoring.enabled"
GUARDS: Final = f"{CONTROLLER}.guards.enabled"
OWN_SELECTOR: Final = (
    f"and {GUARDS} {CONTROLLER}.guards.ownSelector ({is_true('mutatingPolicies')})"
)
RESTRICTED: Final = f"{CONTROLLER}.restrictedFields.enabled"
POLICIES: Final = f"{CONTROLLER}.policies.enabled"
INLINE_SECRETS: Final = f"{CONTROLLER}.inlineSecrets"
ALL_NAMESPACES: Final = f'has "*" {CONTROLLER}.namespaces'
SERVICE_NAMESPACE: Final = 'include "instana-agent.namespace" $'
OWN_NAMESPACE: Final = f"ne ({SERVICE_NAMESPACE}) $.Release.Namespace"
SEVERAL_REPLICAS: Final = f"gt (int {CONTROLLER}.replicas) 1"
CREDENTIALS: Final = 'include "instana-agent.credentialsVersion" $'
"""A text that changes with the authority and the token; empty where others make both."""
