"""YAML as kubectl reads it: what JSON can say, and nothing else.

PyYAML makes dates, bytes and sets of what looks so, which no object of Kubernetes holds, and reads
numbers and booleans by YAML 1.1. kubectl reads as go.yaml.in/yaml/v2 `resolve.go` does (v2.4): `y`
is true, `12:30` a text, `08` and `1e3` are numbers.
"""

import json
import re
from typing import Any, Final

import yaml
from yaml.constructor import ConstructorError

from hooks.kube.json_text import number, whole_number

TAG: Final = "tag:yaml.org,2002:"
INTEGER_TAG, FLOAT_TAG, BOOLEAN_TAG = f"{TAG}int", f"{TAG}float", f"{TAG}bool"
REPLACED: Final = frozenset({INTEGER_TAG, FLOAT_TAG, BOOLEAN_TAG, f"{TAG}timestamp", f"{TAG}value"})
"""What PyYAML reads otherwise; a date and `=` stay texts unless a tag says more."""
NO_JSON: Final = ("binary", "omap", "pairs", "set", "timestamp")

INTEGER: Final = re.compile(
    r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)"
)
FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
NO_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
TRUE: Final = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
FALSE: Final = frozenset(
    ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]
)
BASES: Final = {"x": 16, "o": 8, "b": 2}


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


class _Number:
    """Tells a number, in which `_` may stand anywhere, from a text, as PyYAML asks a pattern."""

    def __init__(self, *patterns: re.Pattern[str]) -> None:
        """Take the forms that a number has."""
        self._patterns = patterns

    def match(self, text: str) -> bool:
        """Tell whether a scalar without quotes is such a number."""
        plain = text.replace("_", "")
        return any(pattern.fullmatch(plain) for pattern in self._patterns)


def _plain(loader: JsonLoader, node: yaml.ScalarNode, *patterns: re.Pattern[str]) -> str:
    text = str(loader.construct_scalar(node)).replace("_", "")
    if not any(pattern.fullmatch(text) for pattern in patterns):
        raise NoJson(node)
    return text


def _integer(loader: JsonLoader, node: yaml.ScalarNode) -> int | float:
    text = _plain(loader, node, INTEGER).lower()
    digits = text.lstrip("+-")
    base = BASES.get(digits[1:2], 8 if digits.startswith("0") else 10)
    return whole_number(text, base)


def _float(loader: JsonLoader, node: yaml.ScalarNode) -> int | float:
    text = _plain(loader, node, FLOAT)
    try:
        return number(text)
    except ValueError:
        raise NoJson(node) from None


def _boolean(loader: JsonLoader, node: yaml.ScalarNode) -> bool:
    text = loader.construct_scalar(node)
    if text not in TRUE | FALSE:
        raise NoJson(node)
    return text in TRUE


def _nothing(_: JsonLoader, node: yaml.Node) -> None:
    raise NoJson(node)


def _of_unknown_tag(loader: JsonLoader, node: yaml.Node) -> Any:
    """Return what stands behind a tag that only others know: a scalar is a text, as for kubectl."""
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    is_list = isinstance(node, yaml.SequenceNode)
    return loader.construct_yaml_seq(node) if is_list else loader.construct_yaml_map(node)


JsonLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in REPLACED]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
WORD: Final = re.compile("|".join(f"{word}$" for word in sorted(TRUE | FALSE)))
JsonLoader.add_implicit_resolver(BOOLEAN_TAG, WORD, sorted({word[0] for word in TRUE | FALSE}))
JsonLoader.add_implicit_resolver(INTEGER_TAG, _Number(INTEGER), list("+-0123456789"))
JsonLoader.add_implicit_resolver(FLOAT_TAG, _Number(FLOAT, NO_NUMBER), list("+-.0123456789"))
JsonLoader.add_constructor(INTEGER_TAG, _integer)
JsonLoader.add_constructor(FLOAT_TAG, _float)
JsonLoader.add_constructor(BOOLEAN_TAG, _boolean)
JsonLoader.add_constructor(None, _of_unknown_tag)
for _name in NO_JSON:
    JsonLoader.add_constructor(f"{TAG}{_name}", _nothing)
