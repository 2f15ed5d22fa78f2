"""YAML as kubectl reads it: what JSON can say, and nothing else.

PyYAML makes dates, bytes and sets of what looks so, which no object of Kubernetes holds.
"""

import json
from math import isfinite
from typing import Any, Final

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

TAG: Final = "tag:yaml.org,2002:"
PLAIN_TEXTS: Final = frozenset({f"{TAG}timestamp", f"{TAG}value"})
"""What stays a text unless a tag says otherwise: a date, and `=`."""
NO_JSON: Final = ("binary", "omap", "pairs", "set", "timestamp")
LEAST_INTEGER, MOST_INTEGER = -(2**63), 2**64 - 1
"""Whole numbers beyond are read as floats, as they are from JSON."""


class NoJson(ConstructorError):
    """A value or a key that JSON does not know."""

    def __init__(self, node: yaml.Node) -> None:
        """Take the node, for the place of it."""
        super().__init__(None, None, "JSON has no such value", node.start_mark)


class JsonLoader(yaml.CSafeLoader):
    """Makes values that JSON can say; raises NoJson for others.

    For a value that is not of the type that its tag says, PyYAML raises errors of any kind.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  PyYAML's signature
        """Return the object, with texts as its keys."""
        found = super().construct_mapping(node, deep)
        return {_key(key, node): part for key, part in found.items()}


def _key(key: Any, node: yaml.Node) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, int | float):
        return json.dumps(key)
    raise NoJson(node)


def _integer(loader: JsonLoader, node: yaml.ScalarNode) -> int | float:
    value: int = SafeConstructor.construct_yaml_int(loader, node)
    return value if LEAST_INTEGER <= value <= MOST_INTEGER else float(value)


def _float(loader: JsonLoader, node: yaml.ScalarNode) -> float:
    value: float = SafeConstructor.construct_yaml_float(loader, node)
    if not isfinite(value):
        raise NoJson(node)
    return value


def _nothing(_: JsonLoader, node: yaml.Node) -> None:
    raise NoJson(node)


JsonLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in PLAIN_TEXTS]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
JsonLoader.add_constructor(f"{TAG}int", _integer)
JsonLoader.add_constructor(f"{TAG}float", _float)
for _name in NO_JSON:
    JsonLoader.add_constructor(f"{TAG}{_name}", _nothing)
