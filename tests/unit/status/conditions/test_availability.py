"""What is said of agents and k8sensors where it is not known which there should be."""

import pytest

from tests.support.hook import answer, conditions
from tests.support.resources import agent

INVALID = agent({"k8s_sensor": {"pollrate": "often"}})


@pytest.mark.parametrize(
    ("type_", "told"),
    [
        ("AgentsAvailable", ("False", "NotAllDesiredAgentsAvailable", "there are no agents")),
        (
            "SensorsAvailable",
            ("Unknown", "K8sensorDeploymentNotConfigured", "no k8sensor is observed"),
        ),
    ],
)
def test_an_invalid_resource_says_that_nothing_runs(type_: str, told: tuple[str, ...]) -> None:
    found = conditions(answer(INVALID))[type_]

    assert (found["status"], found["reason"], found["message"]) == told
