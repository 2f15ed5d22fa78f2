"""The CustomResourceDefinition of InstanaAgent, made from the models.

`python -m hooks generate` writes it to `crd/`; the running service does not import it. A field
added to a model is in the CRD without a further step. The fields of Kubernetes types that are
passed through come from `hooks/kube/kinds.json`, which `python -m tests.cluster.kubernetes_types`
regenerates from the API server that KUBECONFIG names.
"""

from hooks.generate.crd.conformance import departures, departures_of
from hooks.generate.crd.definition import agents_crd

__all__ = ["agents_crd", "departures", "departures_of"]
