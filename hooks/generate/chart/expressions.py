"""YAML with template expressions: objects whose values and entries Helm fills in or leaves out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from hooks.kube.plain_yaml import as_yaml

PLACE: Final = "ExpressionNumber{}End"
PLACE_OF_LINE: Final = "LineNumber{}End"
WHOLE_LINE: Final = re.compile(r"^ *(?:- )?LineNumber(\d+)End(?:: null)?$", re.MULTILINE)
IN_LINE: Final = re.compile(r"ExpressionNumber(\d+)End")
OPENING: Final = re.compile(r"\{\{")
LITERAL_OPENING: Final = '{{ "{{" }}'


@dataclass(frozen=True)
class Expression:
    """A value that is written by the template: its text with `{{ }}`."""

    text: str


@dataclass(frozen=True, eq=False)
class Line:
    """A whole line of the template: a key of a dict (its value is None) or an item of a list."""

    text: str


END: Final = "{{- end }}"


def entries_where(condition: str, entries: dict[Any, Any]) -> dict[Any, Any]:
    """Return entries of a dict that are there only where the condition holds."""
    return {Line(f"{{{{- if {condition} }}}}"): None, **entries, Line(END): None}


def items_where(condition: str, items: Iterable[Any]) -> list[Any]:
    """Return items of a list that are there only where the condition holds."""
    return [Line(f"{{{{- if {condition} }}}}"), *items, Line(END)]


def entries_with(value: str, name: str, indentation: int) -> dict[Any, Any]:
    """Return an entry that is a value of the chart, as YAML, where it is not empty."""
    written = f"{{{{- toYaml . | nindent {indentation} }}}}"
    return {Line(f"{{{{- with {value} }}}}"): None, name: Expression(written), Line(END): None}


def documents_where(condition: str, documents: Iterable[str]) -> str:
    """Return documents that are there only where the condition holds."""
    return f"{{{{- if {condition} }}}}\n{''.join(documents)}{END}\n"


def template_of(objects: Iterable[Any]) -> str:
    """Return the objects as documents of a template; what looks like an expression is quoted."""
    expressions: list[str] = []
    text = as_yaml([_with_places(each, expressions) for each in objects])
    text = OPENING.sub(LITERAL_OPENING, text)
    text = WHOLE_LINE.sub(lambda found: expressions[int(found[1])], text)
    return IN_LINE.sub(lambda found: expressions[int(found[1])], text)


def _with_places(value: Any, expressions: list[str]) -> Any:
    """Return the value with a plain word for each expression, which are collected."""
    if isinstance(value, Expression | Line):
        expressions.append(value.text)
        place = PLACE_OF_LINE if isinstance(value, Line) else PLACE
        return place.format(len(expressions) - 1)
    if isinstance(value, dict):
        return dict(_entries_with_places(value, expressions))
    if isinstance(value, list):
        return [_with_places(each, expressions) for each in value]
    return value


def _entries_with_places(
    value: dict[Any, Any], expressions: list[str]
) -> Iterator[tuple[Any, Any]]:
    for name, part in value.items():
        yield _with_places(name, expressions), _with_places(part, expressions)
