"""Names of labels on children and their pods, and the values that never change."""

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
"""Value of `managed-by`: the same as the Go operator's, so that its children are taken over."""

GENERATION_LABEL = "agent.instana.io/generation"
"""On all children of the Go operator: the generation of the resource that it made them for.

On a workload with a retained template: the latest generation that the template is right for.
"""
