"""What differs between two objects, field by field, as paths that read like the YAML."""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import yaml

IGNORED_DEFAULTS = {"apiVersion": "v1", "expirationSeconds": 3600}
"""Defaults of the API server inside atomic values, which the Go operator did not send."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: `Kind/name`, the field, and both values."""

    child: str
    path: str
    theirs: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.child} {self.path}: {self.theirs!r} -> {self.ours!r}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A difference that is meant: patterns of case, child and path, and why."""

    cases: str
    child: str
    path: str
    reason: str

    def covers(self, case: str, difference: Difference) -> bool:
        return (
            fnmatchcase(case, self.cases)
            and fnmatchcase(difference.child, self.child)
            and fnmatchcase(_plain(difference.path), _plain(self.path))
        )


def differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[Difference]:
    """Return the differences between two sets of children, each by `Kind/name`."""
    found = []
    for child in sorted({*theirs, *ours}):
        pair = _comparable(theirs.get(child)), _comparable(ours.get(child))
        found += [Difference(child, *each) for each in _differing("", *pair)]
    return found


def _plain(path: str) -> str:
    """Brackets mean something in patterns; here they are part of a path."""
    return path.replace("[", "<").replace("]", ">")


def _comparable(obj: dict[str, Any] | None) -> dict[str, Any] | None:
    if obj is None or "data" not in obj:
        return obj
    is_secret = obj["kind"] == "Secret"
    data = {name: _text(value) if is_secret else value for name, value in obj["data"].items()}
    return obj | {"data": {name: _content(name, value) for name, value in data.items()}}


def _text(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return value


def _content(name: str, text: str) -> Any:
    return yaml.safe_load(text) if name.endswith(".yaml") else text


def _differing(path: str, theirs: Any, ours: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in sorted({*theirs, *ours}):
            step = f"{path}.{name}" if path else name
            if name in IGNORED_DEFAULTS and theirs.get(name) == IGNORED_DEFAULTS[name] and path:
                continue
            yield from _differing(step, theirs.get(name), ours.get(name))
    elif _is_named(theirs) and _is_named(ours):
        left, right = _by_name(theirs), _by_name(ours)
        for name in [*left, *(name for name in right if name not in left)]:
            yield from _differing(f"{path}[{name}]", left.get(name), right.get(name))
        kept = [name for name in left if name in right], [name for name in right if name in left]
        if kept[0] != kept[1]:
            yield f"{path} (order)", *kept
    elif theirs != ours:
        yield path, theirs, ours


def _is_named(items: Any) -> bool:
    return (
        isinstance(items, list)
        and bool(items)
        and all(isinstance(item, dict) and "name" in item for item in items)
        and len({item["name"] for item in items}) == len(items)
    )


def _by_name(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in items}
