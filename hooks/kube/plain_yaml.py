"""YAML as `kubectl`, the agent and the k8sensor read it back: every string stays a string."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

NUMBER = re.compile(
    r"^[-+]?(0[xob][0-9a-fA-F_]+|(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?)$"
)
WORD = re.compile(r"^[yYnN]$")
LONGEST_LINE = 2**30
FLOAT, BOOLEAN = "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool"


class PlainDumper(yaml.CSafeDumper):
    """Writes without anchors, and quotes what other parsers than PyYAML take for no string.

    `2e3` is a number for Go's parser, and `y` a boolean, but strings for PyYAML.
    """

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write every value out."""
        return True


PlainDumper.add_implicit_resolver(FLOAT, NUMBER, list("-+.0123456789"))
PlainDumper.add_implicit_resolver(BOOLEAN, WORD, list("yYnN"))


def as_yaml(documents: Iterable[Any]) -> str:
    """Return the documents as YAML, each with its `---`, keys in the order they have."""
    return yaml.dump_all(
        documents,
        Dumper=PlainDumper,
        explicit_start=True,
        sort_keys=False,
        allow_unicode=True,
    )


def canonical_yaml(value: Any) -> str:
    """Return the one text of a JSON value: keys sorted, no line folded.

    About 1 ms for 60 lines, by libyaml; whatever reads the text has the same value again.
    """
    text: str = yaml.dump(
        value, Dumper=PlainDumper, allow_unicode=True, default_flow_style=False, width=LONGEST_LINE
    )
    return text
