"""Rules on how workloads are updated and rolled out, and on the counts in these fields."""

from typing import Any

from hooks.kube.workloads import ROLLING_UPDATE
from hooks.models.instana_agent import AUTOMATIC, MANUAL, POD_STATUS_OFF, POD_STATUS_ON
from hooks.rules.expression import all_of, any_of, equally, has, if_has, present, when
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import between, equal, int_or_text, matches, one_of

MOST = 2**31 - 1
POLICIES = (AUTOMATIC, MANUAL)
POD_STATUS = (POD_STATUS_ON, POD_STATUS_OFF)
STRATEGIES = ("", ROLLING_UPDATE, "OnDelete")
PERCENT = r"0{0,9}([0-9]{1,2}|100)%"
ZERO = r"0+%"
SIDES = ("maxUnavailable", "maxSurge")
IS_COUNT = int_or_text(between(0, MOST), matches(PERCENT))
IS_ZERO = int_or_text(equal(0), matches(ZERO))

OF_COUNTS = all_of(*(if_has(side, IS_COUNT) for side in SIDES))
"""For a rolling update: both of its sides are a number or a percentage."""


def is_zero(count: Any) -> bool:
    """Return whether a number or a percentage is zero."""
    return count == 0 or bool(IS_ZERO.holds(count))


def is_count(value: Any) -> bool:
    """Return whether a value is a number that Kubernetes accepts as a count."""
    return isinstance(value, int | float) and 0 <= value <= MOST


def is_count_or_share(value: Any) -> bool:
    """Return whether a value is a number or a percentage."""
    return bool(IS_COUNT.holds(value))


RULES = (
    Rule(
        "update-strategy",
        ("spec.agent.updateStrategy.type",),
        "must be RollingUpdate or OnDelete",
        bad={"agent": {"updateStrategy": {"type": "Recreate"}}},
        good={"agent": {"updateStrategy": {"type": "OnDelete"}}},
        must=one_of(*STRATEGIES),
        in_schema=True,
    ),
    Rule(
        "rollout-policy",
        ("spec.rollout.policy",),
        "must be Automatic or Manual",
        bad={"rollout": {"policy": "Never"}},
        good={"rollout": {"policy": "Manual"}},
        must=one_of(*POLICIES),
        in_schema=True,
    ),
    Rule(
        "pod-status",
        ("spec.podStatus",),
        "must be Enabled or Disabled",
        bad={"podStatus": "Always"},
        good={"podStatus": "Enabled"},
        must=one_of(*POD_STATUS),
        in_schema=True,
    ),
    Rule(
        "update-count",
        ("spec.agent.updateStrategy",),
        "must be a number of nodes, or a percentage from 0% to 100%",
        bad={"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "a few"}}}},
        good={"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "10%"}}}},
        must=if_has("rollingUpdate", OF_COUNTS),
    ),
    Rule(
        "update-pair",
        ("spec.agent.updateStrategy",),
        "exactly one of maxUnavailable and maxSurge must be more than 0: to surge, set "
        "maxSurge and remove maxUnavailable",
        bad={"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}}},
        good={"agent": {"updateStrategy": {"rollingUpdate": {"maxSurge": "25%"}}}},
        must=any_of(
            has("type", equal("OnDelete")),
            ~present("rollingUpdate.maxUnavailable"),
            ~equally(
                has("rollingUpdate.maxUnavailable", IS_ZERO),
                if_has("rollingUpdate.maxSurge", IS_ZERO),
            ),
        ).at(".rollingUpdate"),
    ),
    Rule(
        "count",
        (
            "spec.agent.minReadySeconds",
            "spec.k8s_sensor.deployment.minReadySeconds",
            "spec.k8s_sensor.deployment.replicas",
        ),
        f"must be from 0 to {MOST}",
        bad={"k8s_sensor": {"deployment": {"replicas": -1}}},
        good={"k8s_sensor": {"deployment": {"replicas": 0}}},
        must=between(0, MOST),
    ),
    Rule(
        "rolling-update-unused",
        ("spec.agent.updateStrategy",),
        "has no effect with the type OnDelete: remove it, or remove the type",
        bad={"agent": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {"maxSurge": 1}}}},
        good={"agent": {"updateStrategy": {"type": "OnDelete"}}},
        must=when(
            has("type", equal("OnDelete")),
            ~(present("rollingUpdate.maxUnavailable") | present("rollingUpdate.maxSurge")),
        ).at(".rollingUpdate"),
        severity=Severity.WARNING,
    ),
)
