"""Rules on network policies."""

from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.rules.patterns import HIGHEST_PORT
from hooks.rules.rule import Rule, Severity, unless

LISTS = ("spec.networkPolicy.sensorPorts", "spec.networkPolicy.egress.furtherPorts")


def _outside(numbers: list[int]) -> Iterator[str]:
    for index, number in enumerate(numbers):
        if not 0 < number <= HIGHEST_PORT:
            yield f"[{index}]"


def _has_effect(policy: Obj) -> bool:
    egress = policy.get("egress") or {}
    wants = bool(policy.get("sensorPorts") or egress.get("enabled"))
    return bool(policy.get("enabled")) or not wants


RULES = (
    Rule(
        "network-policy-port",
        LISTS,
        f"must be ports, numbers from 1 to {HIGHEST_PORT}",
        bad={"networkPolicy": {"enabled": True, "sensorPorts": [0]}},
        good={"networkPolicy": {"enabled": True, "sensorPorts": [42699]}},
        find=_outside,
        cel=f"self.all(port, port > 0 && port <= {HIGHEST_PORT})",
    ),
    Rule(
        "network-policy-off",
        ("spec.networkPolicy",),
        "is not on, so that the rest has no effect: set enabled",
        bad={"networkPolicy": {"egress": {"enabled": True}}},
        good={"networkPolicy": {"enabled": True, "egress": {"enabled": True}}},
        find=unless(_has_effect, ".enabled"),
        cel="(has(self.enabled) && self.enabled) || !((has(self.sensorPorts) && "
        "size(self.sensorPorts) > 0) || (has(self.egress) && has(self.egress.enabled) && "
        "self.egress.enabled))",
        field=".enabled",
        severity=Severity.WARNING,
    ),
)
