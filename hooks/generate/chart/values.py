"""`values.yaml`: every value with its description, made from the models."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Any, Final

import yaml

from hooks.generate.chart.controller_values import ControllerValues
from hooks.generate.crd.fields import fields_of
from hooks.kube.objects import Obj
from hooks.kube.plain_yaml import LONGEST_LINE, PlainDumper
from hooks.models.instana_agent import InstanaAgentSpec

HEADER: Final = """\
# Generated from the models by `make generate`; for details see docs/helm.md and docs/api.md.
#
# All values except `controller` are the spec of the release's InstanaAgent, unchanged. Values in
# comments are not set; they show the default, or an empty value if there is none.
"""
CONTROLLER: Final = "controller"
WIDTH: Final = 100
INDENTATION: Final = "  "
COMMENT: Final = "# "
GIVEN: Final[dict[str, str]] = {
    "agent.endpointHost": "ingress-red-saas.instana.io",
    "agent.endpointPort": "443",
}
"""Fields that the resource must have: an empty one means these, so the values show what applies."""

SELECTOR: Final = "selector"
"""The field has a default in the CRD, and nothing else is allowed."""

EMPTY: Final[Obj] = {"string": "", "object": {}, "array": [], "boolean": False, "integer": 0}
EMPTY_IN_CONTROLLER: Final[Obj] = {"object": {}, "array": []}


def values_yaml() -> str:
    """Return the text of the chart's values."""
    controller = fields_of(ControllerValues)
    sections = [
        *_lines(fields_of(InstanaAgentSpec)["properties"], ()),
        *_entry(CONTROLLER, controller | {"description": CONTROLLER_IS}, ()),
        *("", "# Values that Helm passes to all charts; no effect.", "global: {}"),
    ]
    return HEADER + "\n".join(sections) + "\n"


CONTROLLER_IS: Final = (
    "The service that Metacontroller calls, and everything else that a cluster has once."
)


def _lines(properties: Obj, path: tuple[str, ...], *, marked: bool = True) -> Iterator[str]:
    for name, field in properties.items():
        if (*path, name) != (SELECTOR,):
            yield from _entry(name, field, path, marked=marked)


def _entry(name: str, field: Obj, path: tuple[str, ...], *, marked: bool = True) -> Iterator[str]:
    """Yield the lines of one value: its description, its default, what is inside.

    A value that is not given is marked as a comment, unless it is inside a value that is.
    """
    place = (*path, name)
    prefix = INDENTATION * len(path)
    if not path:
        yield ""
    yield from _comment(field["description"], prefix)
    is_comment = marked and not _is_given(place)
    lines = _value(name, field, place, marked=marked and not is_comment)
    yield from (_as_comment(line, prefix) for line in lines) if is_comment else lines


def _value(name: str, field: Obj, place: tuple[str, ...], *, marked: bool) -> Iterator[str]:
    prefix = INDENTATION * (len(place) - 1)
    if "properties" in field:
        yield f"{prefix}{name}:"
        yield from _lines(field["properties"], place, marked=marked)
    else:
        yield f"{prefix}{name}: {_written(_default(place, field))}"


def _as_comment(line: str, prefix: str) -> str:
    return f"{prefix}{COMMENT}{line.removeprefix(prefix)}"


def _comment(text: str, prefix: str) -> Iterator[str]:
    width = WIDTH - len(prefix) - len(COMMENT)
    lines = wrap(text, width, break_long_words=False, break_on_hyphens=False)
    yield from (f"{prefix}{COMMENT}{line}" for line in lines)


def _is_given(place: tuple[str, ...]) -> bool:
    name = ".".join(place)
    is_needed = any(given == name or given.startswith(f"{name}.") for given in GIVEN)
    return is_needed or place[0] == CONTROLLER


def _default(place: tuple[str, ...], field: Obj) -> Any:
    """Return the default, or for the spec an empty value if there is none."""
    default = GIVEN.get(".".join(place), field.get("default"))
    if default is not None or place[0] == CONTROLLER:
        return default if default is not None else EMPTY_IN_CONTROLLER.get(field.get("type", ""))
    return EMPTY.get(field.get("type", ""))


def _written(value: Any) -> str:
    """Return a value on one line."""
    dumped: str = yaml.dump(
        value, Dumper=PlainDumper, default_flow_style=True, width=LONGEST_LINE, allow_unicode=True
    )
    return dumped.removesuffix("\n").removesuffix("\n...").replace("''", '""')
