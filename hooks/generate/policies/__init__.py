"""The ValidatingAdmissionPolicies, the MutatingAdmissionPolicy, and the webhook configurations."""

from hooks.generate.policies.from_rules import inline_secrets_denied, policies
from hooks.generate.policies.guards import guards
from hooks.generate.policies.own_selector import own_selector
from hooks.generate.policies.restricted import restricted_fields
from hooks.generate.policies.shared_nodes import shared_nodes
from hooks.generate.policies.webhooks import mutating_configuration, validating_configuration

__all__ = [
    "guards",
    "inline_secrets_denied",
    "mutating_configuration",
    "own_selector",
    "policies",
    "restricted_fields",
    "shared_nodes",
    "validating_configuration",
]
