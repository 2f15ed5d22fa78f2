"""Finding the places of rules in a resource: one walk, along what the resource has."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hooks.errors import Problem
from hooks.rules.rule import Rule

ITEMS = "[]"
VALUES = "{}"


@dataclass(slots=True)
class Node:
    """The rules about one place, and the places below it."""

    rules: list[Rule] = field(default_factory=list)
    fields: dict[str, "Node"] = field(default_factory=dict)


def tree_of(rules: Iterable[Rule]) -> Node:
    """Return the places of all rules, as a tree from the resource down."""
    root = Node()
    for rule in rules:
        for place in rule.places:
            node = root
            for step in steps_of(place):
                node = node.fields.setdefault(step, Node())
            node.rules.append(rule)
    return root


def steps_of(place: str) -> list[str]:
    """Return the steps that lead to a place: names of fields, `[]` and `{}`."""
    return place.replace(ITEMS, f".{ITEMS}").replace(VALUES, f".{VALUES}").split(".")


def problems_in(value: Any, node: Node, path: str = "") -> Iterator[Problem]:
    """Yield the problems of a value; the path is where it is."""
    for rule in node.rules:
        if rule.find is not None:
            for where in rule.find(value):
                yield Problem((path + where)[1:], rule.message, rule.identifier)
    for step, below in node.fields.items():
        for where, part in _parts(value, step):
            if part is not None:
                yield from problems_in(part, below, path + where)


def _parts(value: Any, step: str) -> Iterable[tuple[str, Any]]:
    """Return the parts of a value that a step leads to, with what they add to its path.

    What a user wrote in the place of a Kubernetes type may be of any shape.
    """
    if step == ITEMS:
        return ((f"[{i}]", item) for i, item in enumerate(value if isinstance(value, list) else ()))
    if not isinstance(value, dict):
        return ()
    if step == VALUES:
        return ((f"[{name}]", each) for name, each in value.items())
    return ((f".{step}", value.get(step)),)
