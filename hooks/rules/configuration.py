"""Rules on the agent's own configuration, which is the only YAML in a resource.

Where it is a text, that is read as far as its syntax goes: without building anything, so that
aliases cost nothing.
"""

from enum import Enum
from functools import lru_cache
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
from hooks.rules.bounds import LONGEST_CONFIGURATION
from hooks.rules.expression import given, present
from hooks.rules.rule import Rule, Severity, unless
from hooks.rules.values import equal

HALF_A_CHARACTER = "found invalid Unicode character escape code"
"""Java takes a character in two halves, as JSON may write it; this parser does not."""


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


def _of_chart(field: str, instead: str, bad: object) -> Rule:
    """Return the rule on a value of the chart 1.x, which stood beside the configuration there."""
    return Rule(
        f"configuration-{field}".lower(),
        ("spec.agent.configuration",),
        f"is a value of the old chart, not of the agent: take it out; {instead}",
        bad={"agent": {"configuration": {field: bad}}},
        good={"agent": {"configuration": CONFIGURATION}},
        must=~present(field),
    )


CONFIGURATION: Obj = {"com.instana.plugin.host": {"tags": ["production"]}}

RULES = (
    Rule(
        "configuration-yaml",
        ("spec.agent.configuration_yaml",),
        "is no YAML, so that the agent would leave all of it: correct it (`yamllint` names the "
        "line)",
        bad={"agent": {"configuration_yaml": "com.instana.plugin.host:\n  tags: [open\n"}},
        good={"agent": {"configuration_yaml": "com.instana.plugin.host:\n  tags: [closed]\n"}},
        find=unless(lambda text: read_text(text)[0] is not _Text.OTHER),
    ),
    Rule(
        "configuration-yaml-size",
        ("spec.agent.configuration_yaml",),
        f"is YAML with more than {DEEPEST} levels, {MOST_ALIASES:,} aliases, {MOST_DIRECTIVES} "
        f"directives, or {YAML.most_parts:,} parts with all that aliases stand for: write less of "
        "it, or further files that are mounted",
        bad={"agent": {"configuration_yaml": "- " * (DEEPEST + 1) + "a"}},
        good={"agent": {"configuration_yaml": "- " * DEEPEST + "a"}},
        find=unless(lambda text: read_text(text)[0] is not _Text.TOO_MUCH),
    ),
    Rule(
        "configuration-twice",
        ("spec.agent",),
        "stands beside configuration_yaml, and the agent has one configuration: take one of both "
        "out",
        bad={"agent": {"configuration": CONFIGURATION, "configuration_yaml": "a: 1"}},
        good={"agent": {"configuration": CONFIGURATION}},
        must=~given("configuration_yaml") | ~present("configuration"),
    ),
    _of_chart(
        "autoMountConfigEntries",
        "to add files of a ConfigMap, mount them by spec.agent.pod.volumes and volumeMounts as "
        "/opt/instana/agent/etc/instana/configuration-....yaml",
        bad=True,
    ),
    _of_chart(
        "hotreloadEnabled",
        "a changed configuration is brought to agents that run",
        bad=True,
    ),
    Rule(
        "configuration-yaml-deprecated",
        ("spec.agent.configuration_yaml",),
        "is deprecated: write it as an object in spec.agent.configuration, where mistakes are "
        "found and parts can be patched (comments are not kept there)",
        bad={"agent": {"configuration_yaml": "com.instana.plugin.host: {tags: [production]}"}},
        good={"agent": {"configuration": CONFIGURATION}},
        must=equal(""),
        severity=Severity.WARNING,
    ),
)
