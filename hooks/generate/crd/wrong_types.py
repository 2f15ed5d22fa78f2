"""The message for a value of the wrong type: what it must be, and how to write it."""

from typing import Any, Final

from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING
from hooks.kube.objects import Obj

IN_QUOTES: Final = "put it in quotes"
WORD_IN_QUOTES: Final = f"YAML reads words such as OFF, no and yes as true or false, so {IN_QUOTES}"
WITHOUT_QUOTES: Final = "remove the quotes"
WORDS: Final = ("true", "false")
QUANTITY_IN_QUOTES: Final = 'a whole number or a quantity in quotes such as "500m"'
TEXT_IN_QUOTES: Final = "a whole number or a string in quotes"
EXPECTED: Final = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
NUMBER: Final = "a number"
GIVEN: Final = {bool: "true or false", dict: "an object", list: "a list", str: "a string"}

HINTS: Final[dict[tuple[str, type], str]] = {
    ("spec.agent.configuration_yaml", dict): (
        "write `configuration_yaml: |` in front of it, or move it to spec.agent.configuration"
    ),
    ("spec.agent.env", list): (
        "write `NAME: value` without `- `, or move the items with `name` and `value` to "
        "spec.agent.pod.env"
    ),
    ("spec.agent.pod.env", dict): (
        "write items with `name` and `value`, or move `NAME: value` to spec.agent.env"
    ),
    ("spec.k8s_sensor.pollrate", int): "write the seconds with their unit, such as 10s",
    ("spec.zones", dict): "start each zone with `- name: `; for a single zone use spec.zone.name",
}
"""How to write values that people give in another shape, by the field and the type they give."""


def wrong_type(value: Any, of: Obj, path: str) -> str:
    """Return the message for the value at a path, whose type is not that of the schema `of`."""
    hint = HINTS.get((path, type(value))) or _hint(value, of)
    return f"must be {_expected(of)}{_given(value, of)}{f': {hint}' if hint else ''}"


def _expected(of: Obj) -> str:
    if IS_INT_OR_STRING in of:
        return QUANTITY_IN_QUOTES if "pattern" in of else TEXT_IN_QUOTES
    expected: str = of["type"]
    return EXPECTED[expected]


def _given(value: Any, of: Obj) -> str:
    """Return what the value is instead, if the shapes differ; the hint covers numbers and words."""
    is_shape = of.get("type") in ("array", "object") or isinstance(value, dict | list)
    return f", not {GIVEN.get(type(value), NUMBER)}" if is_shape else ""


def _hint(value: Any, of: Obj) -> str:
    match of.get("type"):
        case "string" if not isinstance(value, dict | list):
            return WORD_IN_QUOTES if isinstance(value, bool) else IN_QUOTES
        case "integer" | "boolean":
            return WITHOUT_QUOTES if _is_quoted(value, of) else ""
        case "array":
            return "start each item with `- `"
        case "object":
            return _hint_of_object(value, of)
    return ""


def _is_quoted(value: Any, of: Obj) -> bool:
    """Return whether a string would be valid without its quotes."""
    if not isinstance(value, str):
        return False
    return value in WORDS if of["type"] == "boolean" else value.isdecimal()


def _hint_of_object(value: Any, of: Obj) -> str:
    if isinstance(value, list):
        return "write `name: value` without `- `"
    fields = [*of.get("required", ()), *of.get("properties", ())]
    return f"write its fields below it, such as `{fields[0]}: `" if fields else ""
