"""The policy that reserves the names of the installation in the namespace of the installation.

An InstanaAgent there with the name of the service would have children with the names of the
installation's objects, and one that names the service's account or Secrets would give them to its
pods. The policy checks names of children on creation, because a resource keeps its name, and
references where an update adds them.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from hooks.generate.crd.definition import GROUP, VERSION, schema
from hooks.generate.policies.from_rules import CONDITIONS
from hooks.generate.policies.places import CREATING, where_new
from hooks.generate.policies.policy import CREATE, UPDATE, rejecting, resource_rule
from hooks.kube.objects import Obj
from hooks.models.instana_agent import KIND, PLURAL
from hooks.rules.reserved import NAMES, SERVICE

RESERVED = "instana-agent-reserved-names"
NAMESPACE = "instana-agent"
ENDINGS = (
    "",
    "-certificate",
    "-config",
    "-containers-instana-io",
    "-credentials",
    "-etcd-ca-bundle",
    "-etcd-client",
    "-headless",
    "-k8sensor",
    "-namespaces",
    "-package-cache",
    "-serving-cert",
    "-tls",
)
"""The endings that turn the name of a resource into that of a child, except for zones and
backends."""

ACCOUNT = "spec.serviceAccount.name"
SECRET = re.compile(
    r"\.(keysSecret|secretName|pullSecrets\[\]\.name|secret\.name|secret(Key)?Ref\.name"
    r"|\w+Secret(Key)?Ref\.name)$"
)
NAMES_OF_CHILDREN = (
    f"!({CREATING}) || !has(object.metadata.name) || "
    f"![{', '.join(map(repr, ENDINGS))}].exists(ending, "
    f"(object.metadata.name + ending) in variables.reserved) && "
    f"!object.metadata.name.startsWith('{SERVICE}-')"
)


def reserved_names() -> list[Obj]:
    """Return the policy with its binding."""
    return rejecting(
        RESERVED,
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}},
            "resourceRules": [resource_rule(GROUP, VERSION, (CREATE, UPDATE), PLURAL)],
        },
        matchConditions=[*CONDITIONS],
        variables=[{"name": "reserved", "expression": f"[{', '.join(map(repr, NAMES))}]"}],
        validations=[*_validations()],
    )


def _validations() -> Iterator[Obj]:
    yield {
        "expression": NAMES_OF_CHILDREN,
        "message": "metadata.name: would give a child the name of an object of the installation "
        f"itself: give the {KIND} another name",
    }
    for place in (ACCOUNT, *secret_places()):
        what = "the ServiceAccount" if place == ACCOUNT else "a Secret"
        yield {
            "expression": where_new(place, _is_free),
            "message": f"{place}: is the name of {what} of the installation itself, which only "
            "its own pods may use: use another one",
        }


def _is_free(name: str) -> str:
    return f"!({name} in variables.reserved) && !{name}.startsWith('{SERVICE}-')"


@cache
def secret_places() -> tuple[str, ...]:
    """Return the places of a resource that name a Secret, including all fields of volumes."""
    spec = schema()["properties"]["spec"]
    return tuple(place for place in _texts_in(spec, "spec") if SECRET.search(place))


def _texts_in(part: Any, place: str) -> Iterator[str]:
    if part.get("type") == "string":
        yield place
    for name, below in part.get("properties", {}).items():
        yield from _texts_in(below, f"{place}.{name}")
    if "items" in part:
        yield from _texts_in(part["items"], f"{place}[]")
