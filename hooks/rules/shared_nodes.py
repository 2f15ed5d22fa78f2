"""The rule on two resources of one namespace whose agents would run on the same nodes.

Agents use the network of their node, so only one of two gets the ports; the other one waits. The
rule reports only clear cases: agents with the same tolerations, where one of them has every node of
the other, because it has no node selector or affinity, or the same one. Two that ask for different
nodes may share some as well; the rule does not report them.

This is Python's side, for resources in files; `hooks.generate.policies.shared_nodes` has the API
server's.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hooks.errors import Problem
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.models.instana_agent import KIND
from hooks.models.workloads import NONE
from hooks.rules.rule import Rule, Severity

IDENTIFIER: Final = "nodes-shared"
PLACE: Final = "spec.agent.pod"
BEGINNING: Final = "selects the same nodes as "
END: Final = (
    " in this namespace, but only one agent can run on a node, because it uses the "
    "ports: give each its own nodes with nodeSelector or affinity"
)
"""The text before and after the name of the other resource."""

RULES = (
    Rule(
        IDENTIFIER,
        (PLACE,),
        f"{BEGINNING}another {KIND}{END}",
        bad={},
        good={},
        severity=Severity.WARNING,
        in_policy=True,
        of_cluster=True,
    ),
)

Choice: TypeAlias = tuple[str, str, str]
"""The node selector, the affinity and the tolerations of a DaemonSet; empty for no affinity."""

NOTHING: Final = json.dumps({})


@dataclass(slots=True)
class _Seen:
    """Names of resources that make a choice: the first one, and another one with another name."""

    first: str = ""
    other: str = ""

    def add(self, name: str) -> None:
        if not self.first:
            self.first = name
        elif name != self.first:
            self.other = self.other or name

    def other_than(self, name: str) -> str:
        return self.first if self.first != name else self.other


def sharing(resources: Collection[Obj]) -> list[list[Problem]]:
    """Return for each resource the warning that another one has the same nodes, if there is one."""
    seen: dict[tuple[str, Choice], _Seen] = {}
    for resource in resources:
        for choice in _choices(resource):
            seen.setdefault((_namespace(resource), choice), _Seen()).add(_name(resource))
    return [[*_problems(resource, seen)] for resource in resources]


def _problems(resource: Obj, seen: dict[tuple[str, Choice], _Seen]) -> Iterator[Problem]:
    choices = (wider for choice in _choices(resource) for wider in _covering(choice))
    found = (seen.get((_namespace(resource), choice), _Seen()) for choice in choices)
    others = (names.other_than(_name(resource)) for names in found)
    if other := next(filter(None, others), ""):
        yield Problem(PLACE, f"{BEGINNING}{KIND} {other}{END}", IDENTIFIER)


def _choices(resource: Obj) -> list[Choice]:
    """Return the choice of nodes of each DaemonSet of a resource, which may have any shape."""
    spec = as_object(resource.get("spec"))
    agent = as_object(spec.get("agent"))
    pod = as_object(agent.get("pod"))
    tolerate = as_object(agent.get("scheduling")).get("tolerate") or NONE
    return [
        (
            _text(pod.get("nodeSelector") or {}),
            _text(_first(zone, pod, "affinity") or {}),
            _text([tolerate, _first(zone, pod, "tolerations") or []]),
        )
        for zone in as_objects(spec.get("zones")) or [{}]
    ]


def _first(zone: Obj, pod: Obj, name: str) -> Any:
    own = zone.get(name)
    return pod.get(name) if own is None else own


def _covering(choice: Choice) -> Iterator[Choice]:
    """Yield the choices that certainly include all nodes of this choice."""
    selector, affinity, tolerations = choice
    for wider_selector in {selector, NOTHING}:
        for wider_affinity in {affinity, NOTHING}:
            yield wider_selector, wider_affinity, tolerations


def _text(part: Any) -> str:
    return json.dumps(part, sort_keys=True)


def _namespace(resource: Obj) -> str:
    return str(as_object(resource.get("metadata")).get("namespace", ""))


def _name(resource: Obj) -> str:
    return str(as_object(resource.get("metadata")).get("name", ""))
