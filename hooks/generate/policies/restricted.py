"""The optional policy on fields that reach into the node: only named groups may set them.

It is for clusters where tenants write InstanaAgents. Groups and images are constants of the policy
and not in a separate object, because someone who writes the resource might also be able to write
that object. As in the policies made from the table of rules, what a stored resource already has may
stay.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson

from hooks.generate.crd.definition import GROUP, VERSION
from hooks.generate.policies.from_rules import CONDITIONS
from hooks.generate.policies.places import where_new
from hooks.generate.policies.policy import CREATE, UPDATE, rejecting, resource_rule
from hooks.kube.objects import Obj
from hooks.models.instana_agent import PLURAL
from hooks.models.workloads import CACHE_DIRECTORY

RESTRICTED = "instana-agent-restricted-fields"
GROUPS = ("system:masters",)
IMAGES = ("icr.io/instana/", "containers.instana.io/instana/")
"""The beginnings of the names of images that everybody may use."""

PODS = ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")
IS_ALLOWED = (
    "has(request.userInfo.groups) && "
    "request.userInfo.groups.exists(group, group in variables.groups)"
)


@dataclass(frozen=True, slots=True)
class Restriction:
    """A field that only the groups may set, unless the condition holds for its value."""

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
LISTED = "is an image from a place that the installation does not allow"
RESTRICTIONS = (
    Restriction("spec.overrides", "can change the pods in any way", _never),
    *(Restriction(f"{pod}.volumes[].hostPath", OF_THE_NODE, _never) for pod in PODS),
    Restriction("spec.agent.host.repository", OF_THE_NODE, _is_empty),
    Restriction("spec.agent.packageCache.path", OF_THE_NODE, _is_own_cache),
    Restriction(
        "spec.serviceAccount.name", "gives the pods the permissions of an account", _is_empty
    ),
    Restriction("spec.agent.image.name", LISTED, _is_listed),
    Restriction("spec.k8s_sensor.image.name", LISTED, _is_listed),
    *(Restriction(f"{pod}.volumes[].image.reference", LISTED, _is_listed) for pod in PODS),
)


def restricted_fields() -> list[Obj]:
    """Return the policy with its binding."""
    return rejecting(
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
        "message": f"{restriction.place}: {restriction.what}, which only groups chosen by the "
        f"installation may set (policy {RESTRICTED}): ask a member of one of them, or "
        "remove it",
    }
