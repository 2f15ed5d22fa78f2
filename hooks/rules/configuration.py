"""Rules on the agent's own configuration, which is the only YAML in a resource.

If it is a text, only its syntax is read: nothing is built from it, so that aliases cost nothing.
"""

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import Final

import yaml

from hooks.kube.bounded_yaml import (
    DEEPEST,
    MOST_ALIASES,
    MOST_DIRECTIVES,
    Bounds,
    OutOfBounds,
    check_yaml,
)
from hooks.kube.objects import Obj
from hooks.kube.yaml_shape import is_mapping, lines_of_repeated_keys
from hooks.rules.bounds import LONGEST_CONFIGURATION
from hooks.rules.expression import given, present
from hooks.rules.rule import Rule, Severity, unless, with_messages
from hooks.rules.values import equal

MOST_LINES: Final = 5
OF_REPEATED: Final = "some YAML parsers use the last one, others fail, so merge them into one"
NOT_A_MAPPING: Final = (
    "is not a mapping, so the agent ignores all of it: write the content of "
    "configuration.yaml, not the name of a file (you can mount other files)"
)
HALF_A_CHARACTER = "found invalid Unicode character escape code"
"""Java accepts a character as two surrogate halves, as JSON may write it; this parser does not."""


YAML: Final = Bounds(longest=LONGEST_CONFIGURATION, most_parts=2**17)


class _Text(Enum):
    """What a text is that should be YAML."""

    YAML = "YAML within the bounds"
    TOO_MUCH = "more of it"
    OTHER = "something else"


@lru_cache(maxsize=1)
def read_text(text: str) -> tuple[_Text, int]:
    """Return what a text is and its number of parts, if known: read once for all rules about it."""
    try:
        return _Text.YAML, check_yaml(text, YAML)
    except OutOfBounds:
        return _Text.TOO_MUCH, YAML.most_parts
    except yaml.MarkedYAMLError as error:
        return (_Text.YAML if error.problem == HALF_A_CHARACTER else _Text.OTHER), 0
    except (yaml.YAMLError, UnicodeError):
        return _Text.OTHER, 0


def is_usable(text: str) -> bool:
    """Return whether a configuration may be a mapping or empty; True if it cannot be read."""
    try:
        return is_mapping(text)
    except (yaml.YAMLError, UnicodeError):
        return True


def _repeated(text: str) -> Iterator[tuple[str, str]]:
    """Yield the message about duplicate keys: it names their lines, never the keys."""
    lines = _first_repeated(text)
    if lines:
        more = " and more" if len(lines) > MOST_LINES else ""
        where = ", ".join(map(str, lines[:MOST_LINES]))
        yield "", f"repeats a key in line {where}{more}: {OF_REPEATED}"


def _first_repeated(text: str) -> list[int]:
    if read_text(text)[0] is not _Text.YAML:
        return []
    try:
        return [*islice(lines_of_repeated_keys(text), MOST_LINES + 1)]
    except yaml.YAMLError:
        return []


def _of_chart(field: str, instead: str, bad: object) -> Rule:
    """Return the rule on a value of the chart 1.x, where it was next to the configuration."""
    return Rule(
        f"configuration-{field}".lower(),
        ("spec.agent.configuration",),
        f"is a value of the chart 1.x, not of the agent's configuration: remove it; {instead}",
        bad={"agent": {"configuration": {field: bad}}},
        good={"agent": {"configuration": CONFIGURATION}},
        must=~present(field),
    )


CONFIGURATION: Obj = {"com.instana.plugin.host": {"tags": ["production"]}}

RULES = (
    Rule(
        "configuration-yaml",
        ("spec.agent.configuration_yaml",),
        "is not valid YAML, so the agent would ignore all of it: fix it (`yamllint` "
        "shows the line)",
        bad={"agent": {"configuration_yaml": "com.instana.plugin.host:\n  tags: [open\n"}},
        good={"agent": {"configuration_yaml": "com.instana.plugin.host:\n  tags: [closed]\n"}},
        find=unless(lambda text: read_text(text)[0] is not _Text.OTHER),
    ),
    Rule(
        "configuration-yaml-size",
        ("spec.agent.configuration_yaml",),
        f"is YAML with more than {DEEPEST} levels, {MOST_ALIASES:,} aliases, "
        f"{MOST_DIRECTIVES} directives, or {YAML.most_parts:,} parts once aliases are "
        "expanded: shorten it, or move parts of it to files that you mount",
        bad={"agent": {"configuration_yaml": "a: " + "[" * DEEPEST + "]" * DEEPEST}},
        good={"agent": {"configuration_yaml": "a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)}},
        find=unless(lambda text: read_text(text)[0] is not _Text.TOO_MUCH),
    ),
    Rule(
        "configuration-yaml-mapping",
        ("spec.agent.configuration_yaml",),
        NOT_A_MAPPING,
        bad={"agent": {"configuration_yaml": "configuration.yaml"}},
        good={"agent": {"configuration_yaml": "com.instana.plugin.host:\n  tags: [production]\n"}},
        find=unless(is_usable),
        applied_anyway=True,
    ),
    Rule(
        "configuration-yaml-repeated",
        ("spec.agent.configuration_yaml",),
        f"repeats a key: {OF_REPEATED}",
        bad={"agent": {"configuration_yaml": "a: 1\nb: 2\na: 3\n"}},
        good={"agent": {"configuration_yaml": "a: 1\nb: {a: 2}\n"}},
        find=with_messages(_repeated),
        severity=Severity.WARNING,
    ),
    Rule(
        "configuration-twice",
        ("spec.agent",),
        "is set together with configuration_yaml, but the agent has only one "
        "configuration: remove one of them",
        bad={"agent": {"configuration": CONFIGURATION, "configuration_yaml": "a: 1"}},
        good={"agent": {"configuration": CONFIGURATION}},
        must=~given("configuration_yaml") | ~present("configuration"),
    ),
    _of_chart(
        "autoMountConfigEntries",
        "to add files from a ConfigMap, mount them with spec.agent.pod.volumes and "
        "volumeMounts as /opt/instana/agent/etc/instana/configuration-....yaml",
        bad=True,
    ),
    _of_chart(
        "hotreloadEnabled",
        "running agents always get a changed configuration",
        bad=True,
    ),
    Rule(
        "configuration-yaml-deprecated",
        ("spec.agent.configuration_yaml",),
        "is deprecated: write it as an object in spec.agent.configuration, which is "
        "validated and can be patched in part (it does not keep comments)",
        bad={"agent": {"configuration_yaml": "com.instana.plugin.host: {tags: [production]}"}},
        good={"agent": {"configuration": CONFIGURATION}},
        must=equal(""),
        severity=Severity.WARNING,
    ),
)
