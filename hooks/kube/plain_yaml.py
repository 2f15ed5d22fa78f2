"""YAML in which `kubectl`, the agent and the k8sensor read every string as a string."""

import re
from collections.abc import Callable, Iterable
from io import StringIO
from typing import Any, Final

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml.representer import SafeRepresenter

NUMBER = re.compile(
    r"^[-+]?(0[xob][0-9a-fA-F_]+|(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?)$"
)
WORD = re.compile(r"^[yYnN]$")
LONGEST_LINE = 2**30
FLOAT, BOOLEAN = "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool"
STRING: Final = "tag:yaml.org,2002:str"
WHOLE_NUMBER: Final = "tag:yaml.org,2002:int"
MAPPING: Final = MappingStartEvent(None, None, implicit=True, flow_style=False)
SEQUENCE: Final = SequenceStartEvent(None, None, implicit=True, flow_style=False)
MAPPING_END, SEQUENCE_END = MappingEndEvent(), SequenceEndEvent()
REPRESENTER: Final = SafeRepresenter()


class PlainDumper(yaml.CSafeDumper):
    """Writes no anchors, and quotes strings that other parsers than PyYAML read as something else.

    `2e3` is a number for Go's parser, and `y` a boolean, but strings for PyYAML.
    """

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Return True, so that every value is written out."""
        return True


PlainDumper.add_implicit_resolver(FLOAT, NUMBER, list("-+.0123456789"))
PlainDumper.add_implicit_resolver(BOOLEAN, WORD, list("yYnN"))
RESOLVERS: Final[dict[str, list[tuple[str, re.Pattern[str]]]]] = PlainDumper.yaml_implicit_resolvers
"""By the first character of an unquoted scalar: the types that it may be read as."""


def as_yaml(documents: Iterable[Any]) -> str:
    """Return the documents as YAML, each with its `---`; keys keep their order."""
    return yaml.dump_all(
        documents,
        Dumper=PlainDumper,
        explicit_start=True,
        sort_keys=False,
        allow_unicode=True,
    )


def canonical_yaml(value: Any) -> str:
    """Return the canonical text of a JSON value: keys sorted, no line folded.

    Any reader of the text gets the same value. It is the text that `yaml.dump` makes of the value,
    but without creating nodes, which takes five times as long as everything else.
    """
    text = StringIO()
    dumper = PlainDumper(text, allow_unicode=True, default_flow_style=False, width=LONGEST_LINE)
    try:
        dumper.emit(StreamStartEvent())
        dumper.emit(DocumentStartEvent())
        _emit(value, dumper.emit, {})
        dumper.emit(DocumentEndEvent())
        dumper.emit(StreamEndEvent())
    finally:
        dumper.dispose()
    return text.getvalue()


def _emit(value: Any, emit: Callable[[Event], None], known: dict[str, ScalarEvent]) -> None:
    """Write a value; `known` are the texts that have already been written."""
    if isinstance(value, dict):
        emit(MAPPING)
        for name in sorted(value):
            emit(_scalar(name, known))
            _emit(value[name], emit, known)
        emit(MAPPING_END)
    elif isinstance(value, list):
        emit(SEQUENCE)
        for item in value:
            _emit(item, emit, known)
        emit(SEQUENCE_END)
    else:
        emit(_scalar(value, known))


def _scalar(value: Any, known: dict[str, ScalarEvent]) -> ScalarEvent:
    if not isinstance(value, str):
        return _new_scalar(value)
    if value not in known:
        known[value] = _new_scalar(value)
    return known[value]


def _new_scalar(value: Any) -> ScalarEvent:
    """Return the event: quoted if the plain text would be read as something else."""
    text, tag = (value, STRING) if isinstance(value, str) else _written(value)
    return ScalarEvent(None, tag, (_read_as(text) == tag, tag == STRING), text)


def _written(value: Any) -> tuple[str, str]:
    if type(value) is int:
        return str(value), WHOLE_NUMBER
    node = REPRESENTER.represent_data(value)
    return node.value, node.tag


def _read_as(text: str) -> str:
    """Return the tag with which an unquoted scalar is read."""
    for tag, pattern in RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return tag
    return STRING
