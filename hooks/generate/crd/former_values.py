"""Values of former charts in a resource: names with dots, and values that are no longer fields.

The pages of charts list their values by names with dots, as `--set` takes them; in a resource such
a name is a single key.
"""

from collections.abc import Iterator
from typing import Any, Final

from hooks.generate.crd.definition import schema
from hooks.kube.objects import Obj
from hooks.kube.places import path_of_field

SPEC: Final = "spec"

NO_LEADER_ELECTOR: Final = "remove it: agents and k8sensors need no program for this"
NAMED_AFTER_RESOURCE: Final = "remove it: the objects are named after the resource"
GONE: Final = {
    "controllerManager": "remove it: it configures the Go operator",
    "fullnameOverride": NAMED_AFTER_RESOURCE,
    "leaderElector": NO_LEADER_ELECTOR,
    "nameOverride": NAMED_AFTER_RESOURCE,
    "templating": "remove it: it configured what Helm writes",
}
"""Values that are not fields, by the first part of their names, and what to do about them."""


def of_chart(name: str, path: str) -> str:
    """Return what to do about a value of a chart that is not a field; empty for any other name."""
    return GONE.get(name.partition(".")[0], "") if path == SPEC else ""


def nested(name: str, path: str, of: Obj) -> str:
    """Return what to write instead of a name with dots; empty if the dots do not lead to a field.

    They may lead there from the object at the path, whose schema is `of`, or from the spec.
    """
    spec = schema()["properties"][SPEC]
    found = next((place for place in _places(name, ((path, of), (SPEC, spec))) if place), "")
    return f"nest the fields instead of joining their names with dots: {found}" if found else ""


def _places(name: str, begins: tuple[tuple[str, Obj], ...]) -> Iterator[str]:
    if "." in name:
        yield from (_place(name.split("."), path, of) for path, of in begins)


def _place(steps: list[str], path: str, of: Any) -> str:
    """Return the path that leads from a place over the steps; empty if there is none."""
    for step in steps:
        of = of.get("properties", {}).get(step, of.get("additionalProperties"))
        if not isinstance(of, dict):
            return ""
        path = path_of_field(path, step)
    return path
