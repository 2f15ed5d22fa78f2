"""Two resources of one namespace with the same nodes: a warning by policy and by `validate`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hooks.cli.program.command_line import main
from hooks.generate.policies import shared_nodes
from hooks.kube.objects import Obj
from hooks.kube.plain_yaml import as_yaml
from hooks.rules import sharing
from tests.support.cel import judged_by_policies
from tests.support.resources import agent
from tests.support.shared_nodes import APART, SAID, SHARED, of_pod
from tests.support.verdicts import as_stored


def warned_of_by_policy(new: Obj, *others: Obj) -> list[str]:
    """Return the messages of the policy about a resource that is created."""
    stored = tuple(map(as_stored, others))
    verdicts = judged_by_policies(shared_nodes(), as_stored(new), params=stored)
    return [each.message for each in verdicts if not each.holds]


def both(one: Obj, other: Obj) -> tuple[Obj, Obj]:
    return agent(one, name="one"), agent(other, name="other")


@pytest.mark.parametrize(("one", "other"), SHARED)
def test_the_same_nodes_are_warned_of(one: Obj, other: Obj) -> None:
    first, second = both(one, other)

    assert warned_of_by_policy(first, second) == [SAID.format("other")]
    assert warned_of_by_policy(second, first) == [SAID.format("one")]
    assert [str(each) for found in sharing([first, second]) for each in found]


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_nodes_are_not_warned_of(one: Obj, other: Obj) -> None:
    first, second = both(one, other)

    assert warned_of_by_policy(first, second) == warned_of_by_policy(second, first) == []
    assert sharing([first, second]) == [[], []]


def test_a_resource_shares_no_nodes_with_itself() -> None:
    going = agent(name="going")
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    nameless = agent()
    nameless["metadata"] = {"generateName": "made-"}

    assert warned_of_by_policy(agent(), agent()) == []
    assert warned_of_by_policy(agent(), going) == []
    assert warned_of_by_policy(nameless, agent()) == [SAID.format("instana-agent")]
    assert sharing([agent(), agent()]) == [[], []]


def test_another_namespace_is_another_matter_for_files() -> None:
    assert sharing([agent(name="one"), agent(name="other", namespace="elsewhere")]) == [[], []]


def test_files_name_the_one_that_has_all_nodes() -> None:
    wide, narrow = both({}, of_pod(nodeSelector={"disk": "ssd"}))
    of_wide, of_narrow = sharing([wide, narrow])

    assert [str(each) for each in (*of_wide, *of_narrow)] == [SAID.format("one")]
    assert of_wide == []


@pytest.mark.parametrize("strange", [{"spec": 3}, {"spec": {"agent": []}}, {"metadata": None}])
def test_what_has_another_shape_is_left_to_others(strange: Obj) -> None:
    assert len(sharing([agent() | strange, agent(name="other")])) == 2


def test_validate_prints_it(tmp_path: Path) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(as_yaml([*both({}, {})]))
    done = CliRunner().invoke(main, ["validate", str(file)])

    assert done.exit_code == 0
    assert f"InstanaAgent one: warning: {SAID.format('other')}\n" in done.stdout
    assert f"InstanaAgent other: warning: {SAID.format('one')}\n" in done.stdout
