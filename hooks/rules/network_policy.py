"""Rules on network policies."""

from hooks.rules.expression import filled, on, when
from hooks.rules.patterns import HIGHEST_PORT
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import between, each

LISTS = ("spec.networkPolicy.sensorPorts", "spec.networkPolicy.egress.furtherPorts")

RULES = (
    Rule(
        "network-policy-port",
        LISTS,
        f"must be a list of ports, each from 1 to {HIGHEST_PORT}",
        bad={"networkPolicy": {"enabled": True, "sensorPorts": [0]}},
        good={"networkPolicy": {"enabled": True, "sensorPorts": [42699]}},
        must=each(between(1, HIGHEST_PORT)),
    ),
    Rule(
        "network-policy-off",
        ("spec.networkPolicy",),
        "is not true, so the other fields have no effect: set it to true, or remove them",
        bad={"networkPolicy": {"egress": {"enabled": True}}},
        good={"networkPolicy": {"enabled": True, "egress": {"enabled": True}}},
        must=when(filled("sensorPorts") | on("egress.enabled"), on("enabled")),
        severity=Severity.WARNING,
    ),
)
