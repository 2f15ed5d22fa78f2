"""The webhook configurations: when and how the API server calls the service.

They complement the policies, and apply to the same requests. If the service does not respond, or
responds with an error, resources can still be stored: the service checks them later in any case.
"""

from typing import Any

from hooks.generate.crd.definition import GROUP, VERSION
from hooks.generate.policies.from_rules import CONDITIONS
from hooks.generate.policies.policy import API_VERSION, LABELS
from hooks.kube.objects import Obj
from hooks.models.instana_agent import PLURAL

NAME = "instana-agent-hooks"
SERVICE: Obj = {"name": "instana-agent-hooks", "namespace": "instana-agent"}
PORT = 9443
TIMEOUT_SECONDS = 5


def validating_configuration() -> Obj:
    """Return the ValidatingWebhookConfiguration."""
    return _configuration("ValidatingWebhookConfiguration", "validate")


def mutating_configuration() -> Obj:
    """Return the MutatingWebhookConfiguration."""
    return _configuration("MutatingWebhookConfiguration", "default", reinvocationPolicy="Never")


def _configuration(kind: str, webhook: str, **more: Any) -> Obj:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": NAME, "labels": LABELS},
        "webhooks": [
            {
                "name": f"{webhook}.agents.{GROUP}",
                "admissionReviewVersions": ["v1"],
                "clientConfig": {
                    "service": SERVICE | {"path": f"/admission/{webhook}", "port": PORT}
                },
                "rules": [
                    {
                        "apiGroups": [GROUP],
                        "apiVersions": [VERSION],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": [PLURAL],
                        "scope": "Namespaced",
                    }
                ],
                "matchConditions": [*CONDITIONS],
                "matchPolicy": "Equivalent",
                "failurePolicy": "Ignore",
                "timeoutSeconds": TIMEOUT_SECONDS,
                "sideEffects": "None",
                **more,
            }
        ],
    }
