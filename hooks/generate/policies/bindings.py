"""The policy on the ClusterRoleBindings that Metacontroller makes for agents.

Where Metacontroller is not cluster-admin, RBAC lets it bind two ClusterRoles only. This policy
requires the same of each binding with the controller's mark, whoever writes it, so that no response
of the service leads to a binding of another ClusterRole. It also keeps others from putting the mark
on their bindings.
"""

from hooks.desired.cluster_rbac import AGENT_ROLE, K8SENSOR_ROLE, RBAC_GROUP
from hooks.generate.policies.policy import CREATE, UPDATE, rejecting, resource_rule
from hooks.kube.objects import Obj

BINDINGS = "instana-agent-bindings"
CONTROLLER = "instana-cluster-rbac"
MARK = "metacontroller.k8s.io/decorator-controller"
"""The annotation by which Metacontroller recognizes what a DecoratorController made."""

ROLES = (AGENT_ROLE, K8SENSOR_ROLE)


def _is_marked(of: str) -> str:
    annotations = f"{of}.metadata.annotations"
    return (
        f"has({annotations}) && '{MARK}' in {annotations} && "
        f"{annotations}['{MARK}'] == '{CONTROLLER}'"
    )


BOUND = (
    "object.roleRef.kind == 'ClusterRole' && "
    f"object.roleRef.name in [{', '.join(map(repr, ROLES))}]"
)
OF_ACCOUNTS = (
    "!has(object.subjects) || object.subjects.all(subject, subject.kind == 'ServiceAccount')"
)
OWN = f"request.operation == '{CREATE}' || ({_is_marked('oldObject')})"


def bindings() -> list[Obj]:
    """Return the policy with its binding."""
    return rejecting(
        BINDINGS,
        {
            "resourceRules": [
                resource_rule(RBAC_GROUP, "v1", (CREATE, UPDATE), "clusterrolebindings")
            ]
        },
        matchConditions=[{"name": "is-marked", "expression": _is_marked("object")}],
        validations=[
            {
                "expression": BOUND,
                "message": f"roleRef: the controller {CONTROLLER} may bind only the ClusterRoles "
                f"{' and '.join(ROLES)}",
            },
            {
                "expression": OF_ACCOUNTS,
                "message": f"subjects: the controller {CONTROLLER} may bind only ServiceAccounts",
            },
            {
                "expression": OWN,
                "message": "an existing ClusterRoleBinding is not changed, because the controller "
                f"{CONTROLLER} did not create it: rename or delete it, so that the "
                "agents get their own",
            },
        ],
    )
