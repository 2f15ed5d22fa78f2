"""ClusterRoleBindings of the agents to the installation's ClusterRoles.

The ClusterRoles are static and labelled; an agent gets a binding to each, named after the role,
its namespace and its name, so that equal names in two namespaces do not meet.
"""

from dataclasses import dataclass

from hooks.desired import names
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.labels import AGENT, COMPONENT, INSTANCE, K8SENSOR, MANAGED_BY, NAME, PART_OF
from hooks.models import InstanaAgent
from hooks.models.instana_agent import DEFAULT_SERVICE_ACCOUNT

BIND_LABEL = "instana.io/bind"
"""Label of a ClusterRole; its value says whose pods are bound: agent or k8sensor."""

AGENT_ROLE = "instana-io-agent"
K8SENSOR_ROLE = "instana-io-k8sensor"
BOUND = {"agent": AGENT, "k8sensor": K8SENSOR}
MANAGER = "instana-agent-cluster-rbac"
RBAC_GROUP = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True)
class Bound:
    """What the bindings of an agent depend on.

    `gets_rights`, `chosen_account` and `makes_account` are `rbac.create`, `serviceAccount.name` and
    `serviceAccount.create` of its spec.
    """

    namespace: str
    name: str
    uid: str
    gets_rights: bool
    chosen_account: str
    makes_account: bool
    has_sensor: bool

    @property
    def account(self) -> str:
        """Return the name of the account that the agent's pods run as."""
        return self.chosen_account or (self.name if self.makes_account else DEFAULT_SERVICE_ACCOUNT)

    @property
    def uses_default_account(self) -> bool:
        """Return whether the pods run as an account that nobody chose, as any pod may do."""
        return not self.chosen_account and self.account == DEFAULT_SERVICE_ACCOUNT


def bound(agent: InstanaAgent) -> Bound:
    """Return what the bindings of the agent depend on."""
    return Bound(
        namespace=agent.namespace,
        name=agent.name,
        uid=agent.metadata.uid,
        gets_rights=agent.spec.rbac.create,
        chosen_account=agent.spec.service_account.name,
        makes_account=agent.spec.service_account.create,
        has_sensor=agent.spec.k8s_sensor.deployment.enabled,
    )


def binding_name(role: str, namespace: str, agent: str) -> str:
    """Return the name of the binding of one agent to a ClusterRole."""
    return f"{role}:{namespace}:{agent}"


def bound_account(agent: Bound, component: str, facts: Facts) -> str:
    """Return the ServiceAccount of the component that is to be bound; empty if none is."""
    if not agent.gets_rights or not facts.may_have_cluster_rights(agent.namespace):
        return ""
    if component == K8SENSOR:
        return names.k8sensor(agent.name) if agent.has_sensor else ""
    return "" if agent.uses_default_account else agent.account


def makes_account(agent: Bound, component: str) -> bool:
    """Return whether the account of the component is a child, and not the user's."""
    return component == K8SENSOR or agent.makes_account


def cluster_role_binding(role: str, agent: Bound, component: str, account: str) -> Obj:
    """Return the binding of an agent's or k8sensor's account to the ClusterRole."""
    return {
        "apiVersion": f"{RBAC_GROUP}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {
            "name": binding_name(role, agent.namespace, agent.name),
            "labels": {
                NAME: AGENT,
                INSTANCE: agent.name,
                COMPONENT: component,
                PART_OF: "instana",
                MANAGED_BY: MANAGER,
            },
        },
        "roleRef": {"apiGroup": RBAC_GROUP, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": agent.namespace}],
    }
