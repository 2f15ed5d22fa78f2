"""Rules on how pods are run: updates, counts, paths on the node, the k8sensor."""

import re
from typing import Any

from hooks.models.agent import ROLLING_UPDATE
from hooks.models.instana_agent import AUTOMATIC, MANUAL, POD_STATUS_OFF, POD_STATUS_ON
from hooks.models.k8s_sensor import SECONDS
from hooks.rules.expression import all_of, any_of, equally, given, has, if_has, present, when
from hooks.rules.patterns import UPWARDS
from hooks.rules.rule import Rule
from hooks.rules.values import between, contains, equal, int_or_text, matches, one_of

SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"
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
"""Of a rolling update, that both of its sides are a number or a share."""


def is_zero(count: Any) -> bool:
    """Tell whether a number or a share is nothing."""
    return count == 0 or bool(IS_ZERO.holds(count))


def is_count(value: Any) -> bool:
    """Tell whether a value is a number that Kubernetes can count with."""
    return isinstance(value, int | float) and 0 <= value <= MOST


def is_count_or_share(value: Any) -> bool:
    """Tell whether a value is a number, or a share in percent."""
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
        "must be a number of nodes, or a share of them from 0% to 100%",
        bad={"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "a few"}}}},
        good={"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "10%"}}}},
        must=if_has("rollingUpdate", OF_COUNTS),
    ),
    Rule(
        "update-pair",
        ("spec.agent.updateStrategy",),
        "either maxUnavailable or maxSurge must be more than 0, and not both: leave out "
        "maxUnavailable to surge alone",
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
        f"must not be negative, nor more than {MOST}",
        bad={"k8s_sensor": {"deployment": {"replicas": -1}}},
        good={"k8s_sensor": {"deployment": {"replicas": 0}}},
        must=between(0, MOST),
    ),
    Rule(
        "host-repository",
        ("spec.agent.host.repository", "spec.agent.packageCache.path"),
        "must be an absolute path on the node, without '..'",
        bad={"agent": {"host": {"repository": "../repository"}}},
        good={"agent": {"host": {"repository": "/opt/instana/repository"}}},
        must=equal("") | (contains("^/") & ~contains(UPWARDS)),
    ),
    Rule(
        "pollrate",
        ("spec.k8s_sensor.pollrate",),
        "must be a number of seconds such as 10s",
        bad={"k8s_sensor": {"pollrate": "1m"}},
        good={"k8s_sensor": {"pollrate": "60s"}},
        must=equal("") | matches(SECONDS),
        in_schema=True,
    ),
    Rule(
        "token-hidden",
        ("spec.k8s_sensor.etcd.ca", "spec.k8s_sensor.restClient.ca"),
        "would hide the token of the service account: choose another directory, or leave it out",
        bad={
            "k8s_sensor": {
                "etcd": {"ca": {"secretName": "ca", "mountPath": SERVICE_ACCOUNT_DIRECTORY}}
            }
        },
        good={"k8s_sensor": {"etcd": {"ca": {"secretName": "ca"}}}},
        must=when(
            given("secretName"),
            if_has("mountPath", ~matches(f"{re.escape(SERVICE_ACCOUNT_DIRECTORY)}/*")),
        ),
    ),
)
