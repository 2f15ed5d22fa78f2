"""The upgrade of a release of the former chart knows the same as the take-over does."""

import re
from pathlib import Path

import yaml

from hooks.cli.takeover.account import COLLECTIONS
from hooks.models.instana_agent import FORMER_FINALIZERS
from hooks.takeover.running_operator import NAMES
from tests.support.helm import CHART, needs_helm, rendered

TEMPLATE = Path(CHART / "templates/_existing-release.tpl").read_text()
QUOTED = re.compile(r'"([^"]+)"')


def part(name: str) -> str:
    """Return the text of a named template."""
    return TEMPLATE.partition(f'"instana-agent.{name}" -}}}}\n')[2].partition("{{- end -}}")[0]


def test_kinds_of_children_are_those_that_the_command_reads() -> None:
    kinds = yaml.safe_load(part("kindsOfChildren"))
    known = {each["kind"]: (each["version"], each["resource"]) for each in kinds}

    assert known | {"InstanaAgent": COLLECTIONS["InstanaAgent"], "Pod": ("v1", "pods")} == {
        **COLLECTIONS
    }
    assert [each["group"] for each in kinds] == [
        each["version"].rpartition("/")[0] for each in kinds
    ]


def test_finalizers_are_those_of_the_operators() -> None:
    assert {each for each in QUOTED.findall(part("isHeld")) if "/" in each} == {*FORMER_FINALIZERS}


def test_operators_are_called_as_the_take_over_knows_them() -> None:
    names = [each for each in QUOTED.findall(part("formerOperator")) if "controller" in each]

    assert len(names) == 2
    assert set(names) <= set(NAMES)


@needs_helm
def test_without_a_cluster_nothing_is_handed_over() -> None:
    values = {"agent": {"key": "example-key"}, "cluster": {"name": "my-cluster"}}

    assert "instana-agent-hand-over" not in {
        each["metadata"]["name"] for each in rendered(values, "--is-upgrade")
    }
