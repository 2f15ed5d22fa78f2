"""The sum of all conditions, by what it sums up."""

from dataclasses import replace

from hooks.status.condition import PAUSED, Condition
from hooks.status.conditions.availability import AGENTS_AVAILABLE, NO_NODES, SENSORS_AVAILABLE
from hooks.status.conditions.ready import VALID, all_conditions
from tests.support.hook import FACTS

AGENTS = Condition(AGENTS_AVAILABLE, "True", "AllAvailable", "3 of 3 agents are available")
SENSORS = Condition(SENSORS_AVAILABLE, "True", "AllAvailable", "all are available")
BROKEN = Condition("Broken", "False", "ItBroke", "it broke")
PAUSE = Condition(PAUSED, "True", "PausedByAnnotation", "nothing is written")


def ready(*parts: Condition, more: tuple[Condition, ...] = ()) -> Condition:
    return all_conditions(VALID, [*parts, AGENTS, SENSORS], [*more], FACTS)[0]


def test_all_is_well_where_every_part_is() -> None:
    assert ready() == Condition("Ready", "True", "Ready", AGENTS.message)


def test_the_first_part_that_is_bad_says_why() -> None:
    found = ready(BROKEN, replace(BROKEN, reason="Later"))

    assert (found.status, found.reason) == ("False", "ItBroke")
    assert found.message == "it broke; docs/troubleshooting.md#itbroke"


def test_a_spec_that_is_not_valid_goes_before_all_else() -> None:
    invalid = replace(VALID, status="False", reason="InvalidSpec", message="no key")
    conditions = all_conditions(invalid, [BROKEN, AGENTS, SENSORS], [], FACTS)

    assert (conditions[0].status, conditions[0].reason) == ("False", "InvalidSpec")
    assert (conditions[-1].status, conditions[-1].message) == ("False", "no key")


def test_advice_does_not_count() -> None:
    assert ready(replace(BROKEN, is_advice=True)).status == "True"


def test_what_is_beside_the_sum_does_not_count_but_a_pause_is_told() -> None:
    assert ready(more=(BROKEN,)).reason == "Ready"
    assert ready(more=(PAUSE,)).reason == PAUSED
    assert ready(BROKEN, more=(PAUSE,)).reason == "ItBroke"


def test_no_nodes_are_told_in_the_sum() -> None:
    agents = replace(AGENTS, reason=NO_NODES)

    assert all_conditions(VALID, [agents, SENSORS], [], FACTS)[0].reason == NO_NODES


def test_former_names_are_told_too() -> None:
    conditions = all_conditions(VALID, [AGENTS, SENSORS], [], FACTS)
    found = {each.type: each for each in conditions}

    assert found["AllAgentsAvailable"] == replace(AGENTS, type="AllAgentsAvailable")
    assert found["AllK8sSensorsAvailable"] == replace(SENSORS, type="AllK8sSensorsAvailable")
