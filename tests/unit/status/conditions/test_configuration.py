"""A configuration that the agent ignores is in the status, and everything else goes ahead."""

import pytest

from tests.support.hook import answer, conditions, stored
from tests.support.resources import agent


@pytest.mark.parametrize("text", ["mine.yaml", "- a: 1\n"])
def test_a_text_that_is_no_mapping_is_named(text: str) -> None:
    parent = agent({"agent": {"configuration_yaml": text}})
    found = conditions(answer(parent, observed=stored(answer(parent))))

    assert (found["Valid"]["status"], found["Ready"]["status"]) == ("True", "True")
    assert found["ConfigurationUsable"]["reason"] == "NotAMapping"
    assert text not in found["ConfigurationUsable"]["message"]


@pytest.mark.parametrize("text", ["", "# nothing", "a: 1", "a: 1\na: 2", '"\\ud83d\\ude00"'])
def test_there_is_no_condition_of_a_mapping(text: str) -> None:
    parent = agent({"agent": {"configuration_yaml": text}})

    assert "ConfigurationUsable" not in conditions(answer(parent))
