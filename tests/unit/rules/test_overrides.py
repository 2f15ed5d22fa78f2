"""What no override may change: it would be another object."""

import pytest

from hooks.rules import errors_of
from tests.support.resources import agent


@pytest.mark.parametrize("field", ["apiVersion", "kind", "status"])
def test_an_override_makes_no_other_object(field: str) -> None:
    problems = errors_of(agent({"overrides": {"agentDaemonSet": {field: "x"}}}))

    assert [(problem.rule, problem.path) for problem in problems] == [
        ("override-identity", f"spec.overrides.agentDaemonSet.{field}")
    ]
