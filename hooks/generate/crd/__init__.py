"""The CustomResourceDefinition of InstanaAgent, made from the models.

`python -m hooks generate` writes it to `crd/`; the running service does not import it. A field
added to a model is in the definition without a further step. The fields of Kubernetes types that
are passed through come from `kubernetes_types.json`, which
`python -m tests.cluster.kubernetes_types` remakes from the API server that KUBECONFIG names.
"""

from hooks.generate.crd.conformance import departures
from hooks.generate.crd.definition import definition
from hooks.generate.policies.from_rules import inline_secrets_denied, policies
from hooks.generate.policies.guards import guards
from hooks.generate.policies.own_selector import own_selector
from hooks.generate.policies.restricted import restricted_fields
from hooks.generate.policies.webhooks import mutating_configuration, validating_configuration

__all__ = [
    "definition",
    "departures",
    "guards",
    "inline_secrets_denied",
    "mutating_configuration",
    "own_selector",
    "policies",
    "restricted_fields",
    "validating_configuration",
]
