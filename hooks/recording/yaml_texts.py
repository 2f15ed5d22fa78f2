"""The agent's configuration: its keys stay, and a stand-in takes the place of each value."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from hooks.kube.bounded_yaml import DEEPEST, Bounds, OutOfBounds, check_yaml
from hooks.kube.plain_yaml import LONGEST_LINE, PlainDumper, canonical_yaml
from hooks.recording.stand_ins import Numbers
from hooks.rules.configuration import HALF_A_CHARACTER
from hooks.rules.configuration import YAML as BOUNDS

SWITCH: Final = re.compile(r"(?i:true|false|yes|no|on|off|null|~|)")
NO_YAML: Final = '"{}'
HALF: Final = '{{"\\ud800": {}}}'
"""Half a character, which Java reads and this parser does not."""
TOO_DEEP: Final = "a: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)
"""Stands for a text with more of YAML than the rules allow."""
PLAIN: Final = (True, False)


def masked_yaml(numbers: Numbers, text: str, bounds: Bounds = BOUNDS) -> str:
    """Return YAML without its values and comments; what is no YAML becomes another such text."""
    if not text.strip():
        return text
    try:
        check_yaml(text, bounds)
        return _written(_masked(numbers, yaml.parse(text, Loader=yaml.CSafeLoader)))
    except OutOfBounds:
        return TOO_DEEP
    except yaml.MarkedYAMLError as error:
        form = HALF if error.problem == HALF_A_CHARACTER else NO_YAML
        return form.format(numbers.plain(text))
    except (yaml.YAMLError, UnicodeError, ValueError):
        return NO_YAML.format(numbers.plain(text))


def masked_configuration(numbers: Numbers, value: Any) -> Any:
    """Return a configuration that is an object with stand-ins for its texts and numbers."""
    if isinstance(value, dict):
        return {name: masked_configuration(numbers, part) for name, part in value.items()}
    if isinstance(value, list):
        return [masked_configuration(numbers, part) for part in value]
    if value is None or isinstance(value, bool) or value == "":
        return value
    return numbers.plain(value if isinstance(value, str) else _as_text(value))


def _as_text(number: float) -> str:
    """Return a number as it is written in YAML, so that both forms have one stand-in."""
    return canonical_yaml([number]).removeprefix("- ").strip()


def _masked(numbers: Numbers, events: Iterator[Event]) -> Iterator[Event]:
    """Yield the events of YAML, with stand-ins for scalars that are no keys."""
    inside: list[int | None] = []
    for event in events:
        is_key = bool(inside) and inside[-1] is not None and inside[-1] % 2 == 0
        if isinstance(event, CollectionEndEvent):
            inside.pop()
        elif inside and inside[-1] is not None and _is_part(event):
            inside[-1] += 1
        yield _scalar(numbers, event) if _is_value(event) and not is_key else _plain(event)
        if isinstance(event, CollectionStartEvent):
            inside.append(0 if isinstance(event, MappingStartEvent) else None)


def _is_part(event: Event) -> bool:
    return isinstance(event, ScalarEvent | AliasEvent | CollectionStartEvent)


def _is_value(event: Event) -> bool:
    """Return whether an event may be a value that somebody chose: neither a switch nor empty."""
    if not isinstance(event, ScalarEvent):
        return False
    return bool(event.style and event.value) or not SWITCH.fullmatch(event.value)


def _scalar(numbers: Numbers, event: Any) -> Event:
    return ScalarEvent(event.anchor, None, PLAIN, numbers.plain(event.value))


def _plain(event: Event) -> Event:
    """Return an event without what only the parser's own writer takes: versions and tags."""
    if isinstance(event, DocumentStartEvent):
        return DocumentStartEvent(explicit=event.explicit)
    return event


def _written(events: Iterator[Event]) -> str:
    text = StringIO()
    dumper = PlainDumper(text, allow_unicode=True, default_flow_style=False, width=LONGEST_LINE)
    try:
        for event in events:
            dumper.emit(_bare(event))
    finally:
        dumper.dispose()
    return text.getvalue()


def _bare(event: Event) -> Event:
    """Return an event as the writer of canonical YAML has it."""
    if isinstance(event, StreamStartEvent | StreamEndEvent):
        return type(event)()
    return DocumentEndEvent() if isinstance(event, DocumentEndEvent) else event
