"""The rule on the agent's own configuration, which is the only YAML in a resource.

Its text is read as far as its syntax goes: without building anything, so that aliases cost nothing.
"""

import yaml

from hooks.rules.rule import Rule, unless

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
)
