"""All rules, in the order in which they are documented and checked."""

from hooks.rules import (
    additions,
    beside,
    configuration,
    connection,
    elsewhere,
    endpoints,
    identity,
    images,
    inline,
    issuing,
    network,
    operating_system,
    overrides,
    placement,
    probes,
    resources,
    scheduling,
    sensor,
    without_effect,
    workloads,
)
from hooks.rules.rule import Rule

TABLE: tuple[Rule, ...] = (
    *identity.RULES,
    *connection.RULES,
    *endpoints.RULES,
    *issuing.RULES,
    *images.RULES,
    *workloads.RULES,
    *probes.RULES,
    *placement.RULES,
    *resources.RULES,
    *scheduling.RULES,
    *operating_system.RULES,
    *additions.RULES,
    *sensor.RULES,
    *configuration.RULES,
    *network.RULES,
    *inline.RULES,
    *overrides.RULES,
    *without_effect.RULES,
    *beside.RULES,
    *elsewhere.RULES,
)
BY_IDENTIFIER = {rule.identifier: rule for rule in TABLE}
