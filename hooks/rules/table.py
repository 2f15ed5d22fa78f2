"""All rules, in the order in which they are documented and checked."""

from hooks.rules import (
    additions,
    configuration,
    connection,
    elsewhere,
    endpoints,
    identity,
    images,
    inline,
    placement,
    probes,
    resources,
    scheduling,
    without_effect,
    workloads,
)
from hooks.rules.rule import Rule

TABLE: tuple[Rule, ...] = (
    *identity.RULES,
    *connection.RULES,
    *endpoints.RULES,
    *images.RULES,
    *workloads.RULES,
    *probes.RULES,
    *placement.RULES,
    *resources.RULES,
    *scheduling.RULES,
    *additions.RULES,
    *configuration.RULES,
    *inline.RULES,
    *without_effect.RULES,
    *elsewhere.RULES,
)
BY_IDENTIFIER = {rule.identifier: rule for rule in TABLE}
