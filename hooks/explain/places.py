"""What the schema and the rules say of the fields of a resource: their names, types and choices."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from hooks.explain.division import Step
from hooks.generate.crd.definition import schema
from hooks.kube.objects import Obj
from hooks.kube.places import path_of_field
from hooks.rules import TABLE
from hooks.rules.rule import Rule

ITEM, ENTRY = "[]", "{}"
"""What stands in places of rules for each item of a list, and for each value of a map."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a spec: its path, the place that rules have for it, and its schema."""

    path: str
    pattern: str
    of: Obj

    def below(self, step: Step) -> "Place":
        """Return the place of a part of it."""
        if isinstance(step, int):
            items = self.of.get("items", {})
            return Place(f"{self.path}[{step}]", f"{self.pattern}{ITEM}", items)
        path = path_of_field(self.path, step)
        known, further = self.of.get("properties", {}), self.of.get("additionalProperties")
        if step not in known and isinstance(further, dict):
            return Place(path, f"{self.pattern}{ENTRY}", further)
        return Place(path, f"{self.pattern}.{step}", known.get(step, {}))

    @property
    def allowed(self) -> tuple[Any, ...]:
        """Return the few values that it may have; nothing where it may have many."""
        return tuple(self.of.get("enum", ())) or _choices().get(self.pattern, ())


def spec_place() -> Place:
    """Return the place of the spec itself."""
    return Place("spec", "spec", schema()["properties"]["spec"])


@cache
def _choices() -> dict[str, tuple[Any, ...]]:
    """Return the values that rules allow, by the places of the fields."""
    return dict(choice for rule in TABLE if rule.is_error for choice in _choices_of(rule))


def _choices_of(rule: Rule) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for said in filter(None, (rule.schema, rule.keywords)):
        for place in rule.places:
            if "enum" in said:
                yield place, tuple(said["enum"])
            for name, of in said.get("properties", {}).items():
                if "enum" in of:
                    yield f"{place}.{name}", tuple(of["enum"])
