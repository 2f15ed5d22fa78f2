"""The policy on the ClusterRoleBindings that Metacontroller makes for agents.

RBAC says which ClusterRoles Metacontroller may bind, where it is not cluster-admin: two. This says
the same of each binding that carries the controller's mark, whoever writes it, so that no answer of
the service leads to another one, and that no binding of somebody else gets the mark.
"""

from hooks.desired.cluster_rbac import AGENT_ROLE, K8SENSOR_ROLE, RBAC_GROUP
from hooks.generate.policies.policy import CREATE, UPDATE, refusing, resource_rule
from hooks.kube.objects import Obj

BINDINGS = "instana-agent-bindings"
CONTROLLER = "instana-cluster-rbac"
MARK = "metacontroller.k8s.io/decorator-controller"
"""The annotation by which Metacontroller knows what a DecoratorController made."""

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
    return refusing(
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
                "message": f"roleRef: the controller {CONTROLLER} binds no other ClusterRoles "
                f"than {' and '.join(ROLES)}",
            },
            {
                "expression": OF_ACCOUNTS,
                "message": f"subjects: the controller {CONTROLLER} binds ServiceAccounts only",
            },
            {
                "expression": OWN,
                "message": "a ClusterRoleBinding that is there already stays as it is, as the "
                f"controller {CONTROLLER} did not make it: rename or delete it, so that the "
                "agents get one of their own",
            },
        ],
    )
