"""Names of labels on children and their pods, and the values that are always the same."""

NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
VERSION = "app.kubernetes.io/version"
COMPONENT = "app.kubernetes.io/component"
PART_OF = "app.kubernetes.io/part-of"
MANAGED_BY = "app.kubernetes.io/managed-by"
AGENT_MODE = "instana/agent-mode"
ZONE = "io.instana/zone"
BACKEND = "instana.io/backend"
APP = "app"

AGENT = "instana-agent"
K8SENSOR = "k8sensor"
OPERATOR = "instana-agent-operator"
"""Value of `managed-by`: that of the Go operator, whose children are taken over by it."""

GENERATION_LABEL = "agent.instana.io/generation"
"""On all children of the Go operator: the generation of the resource that it made them for.

On a workload with a kept template: the generation that the template is still right for."""
