"""The policy, which is a choice, on fields that reach into the node: for named groups only.

It is for clusters where tenants write InstanaAgents. Groups and images are constants of the policy
and not an object beside it, as who writes the resource might also write that. As in the policies of
the table of rules, what a stored resource has already may stay.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson

from hooks.generate.crd.definition import GROUP, VERSION
from hooks.generate.policies.from_rules import CONDITIONS
from hooks.generate.policies.places import where_new
from hooks.generate.policies.policy import CREATE, UPDATE, refusing, resource_rule
from hooks.kube.objects import Obj
from hooks.models.instana_agent import PLURAL
from hooks.models.workloads import CACHE_DIRECTORY

RESTRICTED = "instana-agent-restricted-fields"
GROUPS = ("system:masters",)
IMAGES = ("icr.io/instana/", "containers.instana.io/instana/")
"""What the names of images begin with that anybody may use."""

PODS = ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")
IS_ALLOWED = (
    "has(request.userInfo.groups) && "
    "request.userInfo.groups.exists(group, group in variables.groups)"
)


@dataclass(frozen=True, slots=True)
class Restriction:
    """A field that is for the groups, unless the condition holds for its value."""

    place: str
    what: str
    holds: Callable[[str], str]


def _never(_: str) -> str:
    return "false"


def _is_empty(value: str) -> str:
    return f"{value} == ''"


def _is_own_cache(value: str) -> str:
    return f"{value} in ['', '{CACHE_DIRECTORY}']"


def _is_listed(image: str) -> str:
    return f"{image} == '' || variables.images.exists(start, {image}.startsWith(start))"


OF_THE_NODE = "is a directory of the node"
LISTED = "is an image from elsewhere than the installation allows"
RESTRICTIONS = (
    Restriction("spec.overrides", "can put anything into the pods", _never),
    *(Restriction(f"{pod}.volumes[].hostPath", OF_THE_NODE, _never) for pod in PODS),
    Restriction("spec.agent.host.repository", OF_THE_NODE, _is_empty),
    Restriction("spec.agent.packageCache.path", OF_THE_NODE, _is_own_cache),
    Restriction("spec.serviceAccount.name", "gives the pods the rights of an account", _is_empty),
    Restriction("spec.agent.image.name", LISTED, _is_listed),
    Restriction("spec.k8s_sensor.image.name", LISTED, _is_listed),
    *(Restriction(f"{pod}.volumes[].image.reference", LISTED, _is_listed) for pod in PODS),
)


def restricted_fields() -> list[Obj]:
    """Return the policy with its binding."""
    return refusing(
        RESTRICTED,
        {"resourceRules": [resource_rule(GROUP, VERSION, (CREATE, UPDATE), PLURAL)]},
        matchConditions=[*CONDITIONS],
        variables=[_list("groups", GROUPS), _list("images", IMAGES)],
        validations=[*map(_validation, RESTRICTIONS)],
    )


def _list(name: str, values: Iterable[str]) -> Obj:
    return {"name": name, "expression": orjson.dumps([*values]).decode()}


def _validation(restriction: Restriction) -> Obj:
    expression = where_new(restriction.place, restriction.holds)
    return {
        "expression": f"({IS_ALLOWED}) || {expression}",
        "message": f"{restriction.place}: {restriction.what}, which only groups that the "
        f"installation names may write (policy {RESTRICTED}): ask them, or take it out",
    }
