"""The policy that warns of two resources of one namespace whose agents share nodes.

The API server compares a resource that is written with each other resource of its namespace,
because these are the policy's parameters: it does not call the service, and Metacontroller watches
nothing for it. The policy compares the same as `hooks.rules.shared_nodes`.
"""

from hooks.generate.crd.definition import GROUP, VERSION
from hooks.generate.policies.from_rules import CONDITIONS
from hooks.generate.policies.policy import (
    CREATE,
    IGNORE,
    UPDATE,
    WARN,
    binding,
    policy,
    resource_rule,
)
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND, PLURAL
from hooks.models.workloads import NONE
from hooks.rules.shared_nodes import BEGINNING, END, IDENTIFIER, PLACE, RULES

SHARED_NODES = "instana-agent-shared-nodes"
SIDES = {"own": "object", "other": "params"}
IS_ITSELF = "has(object.metadata.name) && object.metadata.name == params.metadata.name"
IS_GOING = "has(params.metadata.deletionTimestamp)"
COVERS = (
    "(size(variables.{0}Selector) == 0 || variables.{0}Selector == variables.{1}Selector) && "
    "(size({0}[0]) == 0 || {0}[0] == {1}[0])"
)
SHARE = (
    "variables.ownTolerate == variables.otherTolerate && variables.ownChoices.exists(own, "
    "variables.otherChoices.exists(other, own[1] == other[1] && "
    f"(({COVERS.format('own', 'other')}) || ({COVERS.format('other', 'own')}))))"
)


def shared_nodes() -> list[Obj]:
    """Return the policy with its binding, which names the other resources as parameters."""
    (rule,) = RULES
    bound = binding(SHARED_NODES, WARN)
    return [
        policy(
            SHARED_NODES,
            {"resourceRules": [resource_rule(GROUP, VERSION, (CREATE, UPDATE), PLURAL)]},
            IGNORE,
            paramKind={"apiVersion": API_VERSION, "kind": KIND},
            matchConditions=[*CONDITIONS],
            variables=[variable for side in SIDES for variable in _variables(side)],
            validations=[
                {
                    "expression": f"({IS_ITSELF}) || {IS_GOING} || !({SHARE})",
                    "message": f"{PLACE}: {rule.message} (rule {IDENTIFIER})",
                    "messageExpression": f"'{PLACE}: {BEGINNING}{KIND} ' + params.metadata.name + "
                    f"'{END} (rule {IDENTIFIER})'",
                }
            ],
        ),
        bound
        | {
            "spec": bound["spec"]
            | {"paramRef": {"selector": {}, "parameterNotFoundAction": "Allow"}}
        },
    ]


def _variables(side: str) -> list[Obj]:
    """Return how a resource chooses nodes: by its selector, and as each of its DaemonSets does."""
    spec, pod = f"{SIDES[side]}.spec", f"{SIDES[side]}.spec.agent.pod"
    affinity, tolerations = f"variables.{side}Affinity", f"variables.{side}Tolerations"
    of_zone = (
        f"[has(zone.affinity) ? dyn(zone.affinity) : {affinity}, "
        f"has(zone.tolerations) ? dyn(zone.tolerations) : {tolerations}]"
    )
    expressions = {
        "Selector": _given(f"{pod}.nodeSelector", "{}"),
        "Affinity": _given(f"{pod}.affinity", "{}"),
        "Tolerations": _given(f"{pod}.tolerations", "[]"),
        "Tolerate": _given(f"{spec}.agent.scheduling.tolerate", f"'{NONE}'", unless="''"),
        "Choices": f"has({spec}) && has({spec}.zones) && size({spec}.zones) > 0 ? "
        f"{spec}.zones.map(zone, {of_zone}) : [[{affinity}, {tolerations}]]",
    }
    return [
        {"name": side + name, "expression": expression} for name, expression in expressions.items()
    ]


def _given(path: str, otherwise: str, unless: str = "") -> str:
    """Return the expression for a field, or for its substitute if the field is not set."""
    steps = path.split(".")
    is_there = [f"has({'.'.join(steps[:count])})" for count in range(2, len(steps) + 1)]
    if unless:
        is_there.append(f"{path} != {unless}")
    return f"{' && '.join(is_there)} ? dyn({path}) : dyn({otherwise})"
