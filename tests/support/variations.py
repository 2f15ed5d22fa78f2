"""Values next to the examples of a rule: each part another one, none, or one where there was none.

What others there are comes from the rule's expression: the fields that it names, texts and numbers
that it compares with, and what is just beside those.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING
from hooks.kube.objects import Obj
from hooks.rules.walking import steps_of
from tests.support.rules import values_at
from tests.support.verdicts import SCHEMA, Example, as_stored

KEYWORDS = {"[]": "items", "{}": "additionalProperties"}
METADATA: Obj = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
"""What a rule sees of it, as far as the resource's own schema does not say."""

WORD = re.compile(r"[A-Za-z_]\w*")
TEXT = re.compile(r"(?<!r)'([^']*)'")
NUMBER = re.compile(r"\b\d+\b")
AROUND = ("{}\n", "\n{}", "{}/", "/{}", "{}!", "!{}")


def schema_at(place: str) -> Obj:
    """Return the schema of a place."""
    part: Any = SCHEMA | {"properties": SCHEMA["properties"] | {"metadata": METADATA}}
    for step in steps_of(place):
        part = part.get(KEYWORDS.get(step, "properties"), {})
        part = part if step in KEYWORDS else part.get(step, {})
    return dict(part)


def variations(case: Example) -> Iterator[Any]:
    """Yield values for the place of an example, those of the example among them."""
    varying = _Varying.of(case.rule.cel)
    for resource in (case.wrong, case.right):
        for value in values_at(as_stored(resource), steps_of(case.place)):
            yield value
            yield from varying.others(value, schema_at(case.place))


@dataclass(frozen=True, slots=True)
class _Varying:
    """The names, texts and numbers of an expression."""

    names: frozenset[str]
    texts: tuple[str, ...]
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, expression: str) -> "_Varying":
        found = {int(each) + more for each in NUMBER.findall(expression) for more in (-1, 0, 1)}
        return cls(
            names=frozenset(WORD.findall(expression)),
            texts=tuple(dict.fromkeys(["", "x", *TEXT.findall(expression)])),
            numbers=tuple(sorted({-1, 0, 1, *found})),
        )

    def others(self, value: Any, schema: Obj) -> Iterator[Any]:
        """Yield what could be there instead of a value."""
        if isinstance(value, dict):
            yield from self._objects(value, schema)
        elif isinstance(value, list):
            yield from self._lists(value, schema.get("items", {}))
        else:
            yield from self._scalars(schema | {"type": schema.get("type", "string")})
            yield from (each.format(value) for each in AROUND if isinstance(value, str))

    def _objects(self, value: Obj, schema: Obj) -> Iterator[Obj]:
        fields = schema.get("properties", {})
        for name in sorted(value.keys() & (self.names | {*value} - {*fields})):
            if name not in schema.get("required", ()):
                yield {other: part for other, part in value.items() if other != name}
            of = fields.get(name, schema.get("additionalProperties", {}))
            yield from (value | {name: other} for other in self.others(value[name], of))
        for name in sorted((fields.keys() & self.names) - value.keys()):
            yield from (value | {name: fresh} for fresh in self._fresh(fields[name]))
        if "additionalProperties" in schema:
            entries = [*value.values()][:1]
            yield from (value | {name: each} for name in self.texts for each in entries)

    def _lists(self, value: list[Any], schema: Obj) -> Iterator[list[Any]]:
        yield []
        yield value + value
        for index, item in enumerate(value):
            yield value[:index] + value[index + 1 :]
            for other in self.others(item, schema):
                yield [*value[:index], other, *value[index + 1 :]]
                yield [*value, other]

    def _fresh(self, schema: Obj) -> Iterator[Any]:
        """Yield what could be where nothing is."""
        if schema.get("type") == "array":
            yield []
        elif schema.get("type") == "object":
            yield {}
            yield from self._objects({}, schema)
        else:
            yield from self._scalars(schema)

    def _scalars(self, schema: Obj) -> Iterator[Any]:
        of = schema.get("type")
        if of == "boolean":
            yield from (True, False)
        if of == "integer" or IS_INT_OR_STRING in schema:
            yield from self.numbers
        if of == "string" or IS_INT_OR_STRING in schema:
            yield from self.texts
            yield from map(str, self.numbers)
