"""The example of docs/overrides.md can be carried out, and its table has every field."""

from pathlib import Path

import yaml

from hooks.facts import Facts
from hooks.models.overrides import KINDS
from hooks.rendering import render
from tests.support.hook import NOW
from tests.support.pages import block
from tests.support.resources import secret


def test_the_example_can_be_carried_out() -> None:
    example = yaml.safe_load(block("overrides.md", "yaml", "overrides"))
    rendered = render([example, secret("instana-keys", key="x")], Facts(), NOW)

    assert not rendered.problems
    assert rendered.status["overrides"] == [
        "agentDaemonSet.spec.template.spec.containers[instana-agent].env[INSTANA_AGENT_HTTP_LISTEN]",
        "agentDaemonSet.spec.template.spec.terminationGracePeriodSeconds",
        "agentService.spec.sessionAffinity",
    ]


def test_every_field_is_listed() -> None:
    page = Path("docs/overrides.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]

    assert {field for field in KINDS if f"`{field}`" in "".join(rows)} == KINDS.keys()
