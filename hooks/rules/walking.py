"""Finds the places of rules in a resource: one walk along the given fields.

It is part of every sync: it visits only what is given, and creates no objects on the way.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hooks.errors import MOST_PROBLEMS, Problem
from hooks.rules.rule import Find, Place, Rule

ITEMS = "[]"
VALUES = "{}"


@dataclass(slots=True)
class Node:
    """The rules on one place, and the places below it."""

    checks: list[tuple[Find, Rule]] = field(default_factory=list)
    fields: dict[str, "Node"] = field(default_factory=dict)
    items: "Node | None" = None
    values: "Node | None" = None
    is_gate: bool = False
    """Whether nothing below is checked if this place has a problem."""

    def at(self, step: str) -> "Node":
        """Return the place one step below, and create it if necessary."""
        if step == ITEMS:
            self.items = self.items or Node()
            return self.items
        if step == VALUES:
            self.values = self.values or Node()
            return self.values
        return self.fields.setdefault(step, Node())


def tree_of(rules: Iterable[Rule], *, of_gates: bool = False) -> Node:
    """Return the places of all rules, as a tree from the resource down.

    `of_gates`: nothing below a place with a problem is checked.
    """
    root = Node()
    for rule in rules:
        for place in rule.places if rule.find else ():
            node = root
            for step in steps_of(place):
                node = node.at(step)
            node.is_gate = of_gates
            if rule.find:
                node.checks.append((rule.find, rule))
    return root


def steps_of(place: str) -> list[str]:
    """Return the steps to a place: names of fields, `[]` and `{}`."""
    return place.replace(ITEMS, f".{ITEMS}").replace(VALUES, f".{VALUES}").split(".")


def problems_in(resource: Any, tree: Node, most: int = MOST_PROBLEMS) -> list[Problem]:
    """Return the problems that a tree's rules find in a resource, at most `most` of them."""
    found: list[Problem] = []
    _collect(resource, tree, "", found, most)
    return found


def _collect(value: Any, node: Node, path: str, found: list[Problem], most: int) -> None:
    """Add the problems of a value that is not null; parts of Kubernetes types have any shape."""
    before = len(found)
    for find, rule in node.checks:
        for where in find(value):
            if len(found) >= most:
                break
            message = where.message if isinstance(where, Place) else rule.message
            found.append(Problem((path + where)[1:], message, rule.identifier))
    if node.is_gate and len(found) > before:
        return
    if isinstance(value, dict):
        for name, below in node.fields.items():
            part = value.get(name)
            if part is not None:
                _collect(part, below, f"{path}.{name}", found, most)
        if node.values:
            _collect_each(value.items(), node.values, path, found, most)
    elif node.items and isinstance(value, list):
        _collect_each(enumerate(value), node.items, path, found, most)


def _collect_each(
    parts: Iterable[tuple[str | int, Any]], node: Node, path: str, found: list[Problem], most: int
) -> None:
    for step, part in parts:
        if part is not None:
            _collect(part, node, f"{path}[{step}]", found, most)
