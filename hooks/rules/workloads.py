"""Rules on how pods are run: updates, counts, paths on the node, the k8sensor."""

import re
from collections.abc import Iterator
from typing import Any

from hooks.kube.objects import Obj
from hooks.models.agent import ROLLING_UPDATE
from hooks.models.instana_agent import AUTOMATIC, MANUAL, POD_STATUS_OFF, POD_STATUS_ON
from hooks.models.k8s_sensor import SECONDS
from hooks.rules.rule import Rule, full, matching, unless

SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"
MOST = 2**31 - 1
POLICIES = (AUTOMATIC, MANUAL)
POD_STATUS = (POD_STATUS_ON, POD_STATUS_OFF)
STRATEGIES = ("", ROLLING_UPDATE, "OnDelete")
PERCENT = r"0{0,9}([0-9]{1,2}|100)%"
ZERO = r"0+%"
UPWARDS = r"(^|/)\.\.(/|$)"
SIDES = ("maxUnavailable", "maxSurge")

_goes_up = re.compile(UPWARDS)
_is_percent = full(PERCENT)
_is_zero_percent = full(ZERO)
_is_rate = full(SECONDS)


def is_zero(count: Any) -> bool:
    """Tell whether a number or a share is nothing."""
    return count == 0 or _is_zero_percent(count)


def is_count(value: Any) -> bool:
    """Tell whether a value is a number that Kubernetes can count with."""
    return isinstance(value, int | float) and 0 <= value <= MOST


def is_count_or_share(value: Any) -> bool:
    """Tell whether a value is a number, or a share in percent."""
    return (isinstance(value, int) and is_count(value)) or _is_percent(value)


def _odd_sides(strategy: Obj) -> Iterator[str]:
    """Yield where a strategy has neither a number nor a share of nodes."""
    rolling = strategy.get("rollingUpdate") or {}
    for side in SIDES:
        value = rolling.get(side)
        if value is not None and not is_count_or_share(value):
            yield f".rollingUpdate.{side}"


def _fits(strategy: Obj) -> bool:
    """Tell whether just one of both sides is more than nothing; a side not given fits itself."""
    rolling = strategy.get("rollingUpdate") or {}
    unavailable, surge = (rolling.get(each) for each in SIDES)
    if strategy.get("type") == "OnDelete" or unavailable is None:
        return True
    return is_zero(unavailable) is not (surge is None or is_zero(surge))


def _hides_token(authority: Obj) -> bool:
    directory = (authority.get("mountPath") or "").rstrip("/")
    return bool(authority.get("secretName")) and directory == SERVICE_ACCOUNT_DIRECTORY


def _is_directory(path: str) -> bool:
    return not path or (path.startswith("/") and not _goes_up.search(path))


def side(name: str) -> str:
    """Return the expression that one side of a rolling update is a number or a share."""
    own = f"self.rollingUpdate.{name}"
    return (
        f"(!has({own}) || (type({own}) == int ? int({own}) >= 0 && int({own}) <= {MOST} : "
        f"{matching(PERCENT, f'string({own})')}))"
    )


def nothing(name: str) -> str:
    """Return the expression that one side of a rolling update, which is given, is nothing."""
    own = f"self.rollingUpdate.{name}"
    return f"(type({own}) == int ? int({own}) == 0 : {matching(ZERO, f'string({own})')})"


RULES = (
    Rule(
        "update-strategy",
        ("spec.agent.updateStrategy.type",),
        "must be RollingUpdate or OnDelete",
        bad={"agent": {"updateStrategy": {"type": "Recreate"}}},
        good={"agent": {"updateStrategy": {"type": "OnDelete"}}},
        find=unless(lambda strategy: strategy in STRATEGIES),
        in_schema=True,
    ),
    Rule(
        "rollout-policy",
        ("spec.rollout.policy",),
        "must be Automatic or Manual",
        bad={"rollout": {"policy": "Never"}},
        good={"rollout": {"policy": "Manual"}},
        find=unless(lambda policy: policy in POLICIES),
        in_schema=True,
    ),
    Rule(
        "pod-status",
        ("spec.podStatus",),
        "must be Enabled or Disabled",
        bad={"podStatus": "Always"},
        good={"podStatus": "Enabled"},
        find=unless(lambda choice: choice in POD_STATUS),
        in_schema=True,
    ),
    Rule(
        "update-count",
        ("spec.agent.updateStrategy",),
        "must be a number of nodes, or a share of them from 0% to 100%",
        bad={"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "a few"}}}},
        good={"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "10%"}}}},
        find=_odd_sides,
        cel="!has(self.rollingUpdate) || (" + " && ".join(map(side, SIDES)) + ")",
        field=".rollingUpdate",
    ),
    Rule(
        "update-pair",
        ("spec.agent.updateStrategy",),
        "either maxUnavailable or maxSurge must be more than 0, and not both: leave out "
        "maxUnavailable to surge alone",
        bad={"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}}},
        good={"agent": {"updateStrategy": {"rollingUpdate": {"maxSurge": "25%"}}}},
        find=unless(_fits, ".rollingUpdate"),
        cel="(has(self.type) && self.type == 'OnDelete') || !has(self.rollingUpdate) || "
        f"!has(self.rollingUpdate.maxUnavailable) || {nothing('maxUnavailable')} != "
        f"(!has(self.rollingUpdate.maxSurge) || {nothing('maxSurge')})",
        field=".rollingUpdate",
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
        find=unless(lambda count: 0 <= count <= MOST),
        cel=f"self >= 0 && self <= {MOST}",
    ),
    Rule(
        "host-repository",
        ("spec.agent.host.repository", "spec.agent.packageCache.path"),
        "must be an absolute path on the node, without '..'",
        bad={"agent": {"host": {"repository": "../repository"}}},
        good={"agent": {"host": {"repository": "/opt/instana/repository"}}},
        find=unless(_is_directory),
        cel=f"self == '' || (self.startsWith('/') && !self.matches(r'{UPWARDS}'))",
    ),
    Rule(
        "pollrate",
        ("spec.k8s_sensor.pollrate",),
        "must be a number of seconds such as 10s",
        bad={"k8s_sensor": {"pollrate": "1m"}},
        good={"k8s_sensor": {"pollrate": "60s"}},
        find=unless(lambda rate: not rate or _is_rate(rate)),
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
        find=unless(lambda authority: not _hides_token(authority), ".mountPath"),
        cel="!has(self.secretName) || self.secretName == '' || !has(self.mountPath) || "
        f"!self.mountPath.matches('^{SERVICE_ACCOUNT_DIRECTORY}/*$')",
        field=".mountPath",
    ),
)
