"""Rules on the agent's own configuration, which is the only YAML in a resource.

Where it is a text, that is read as far as its syntax goes: without building anything, so that
aliases cost nothing.
"""

import yaml

from hooks.kube.objects import Obj
from hooks.rules.rule import Rule, Severity, unless

HALF_A_CHARACTER = "found invalid Unicode character escape code"
"""Java takes a character in two halves, as JSON may write it; this parser does not."""


def _is_yaml(text: str) -> bool:
    anchors: set[str | None] = set()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                if event.anchor not in anchors:
                    return False
            elif isinstance(event, yaml.NodeEvent):
                anchors.add(event.anchor)
    except yaml.MarkedYAMLError as error:
        return error.problem == HALF_A_CHARACTER
    except (yaml.YAMLError, UnicodeError):
        return False
    return True


def _is_single(agent: Obj) -> bool:
    return agent.get("configuration") is None or not agent.get("configuration_yaml")


def _of_chart(field: str, instead: str, bad: object) -> Rule:
    """Return the rule on a value of the chart 1.x, which stood beside the configuration there."""
    return Rule(
        f"configuration-{field}".lower(),
        ("spec.agent.configuration",),
        f"is a value of the old chart, not of the agent: take it out; {instead}",
        bad={"agent": {"configuration": {field: bad}}},
        good={"agent": {"configuration": CONFIGURATION}},
        find=unless(lambda given: given.get(field) is None, f".{field}"),
        cel=f"!has(self.{field})",
        field=f".{field}",
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
        find=unless(_is_yaml),
    ),
    Rule(
        "configuration-twice",
        ("spec.agent",),
        "stands beside configuration_yaml, and the agent has one configuration: take one of both "
        "out",
        bad={"agent": {"configuration": CONFIGURATION, "configuration_yaml": "a: 1"}},
        good={"agent": {"configuration": CONFIGURATION}},
        find=unless(_is_single, ".configuration"),
        cel="!has(self.configuration) || !has(self.configuration_yaml) || "
        "self.configuration_yaml == ''",
        field=".configuration",
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
        find=unless(lambda text: not text),
        cel="self == ''",
        severity=Severity.WARNING,
    ),
)
