"""What nodes must have to run the service, as the template that adds it to the user's affinity."""

from typing import Final

import orjson
import yaml

from hooks.kube.node_affinity import EXPRESSIONS, required_terms
from hooks.kube.workloads import pod_spec

DEPLOYMENT: Final = "deploy/base/deployment.yaml"
TEMPLATE: Final = """\
{{- /* Made from %s by `make generate`: what each term requires. */}}
{{- define "instana-agent.nodeRequirements" -}}
%s{{- end }}
"""


def node_requirements_template(deployment: str) -> str:
    """Return the template with the requirements of the Deployment, which is given as YAML."""
    (term,) = required_terms(pod_spec(yaml.safe_load(deployment))["affinity"])
    requirements = [f"- {orjson.dumps(each).decode()}\n" for each in term[EXPRESSIONS]]
    return TEMPLATE % (DEPLOYMENT, "".join(requirements))
