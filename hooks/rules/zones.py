"""Rules on zones, named or automatic, and on modes."""

import json
from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.models.workloads import AUTOMATIC_ZONES, OFF, POD_LABEL
from hooks.rules.expression import filled, given, has, when
from hooks.rules.patterns import DNS_NAME, LONGEST_LABEL
from hooks.rules.rule import Rule, Severity, repeated
from hooks.rules.values import equal, matches, no_longer_than, one_of, unique

MODES = ("", "APM", "INFRASTRUCTURE", "AWS", "KUBERNETES", "OFF")


def _overlaps(zones: list[Obj]) -> Iterator[str]:
    texts = (json.dumps(zone.get("affinity"), sort_keys=True) for zone in zones)
    yield from repeated((f"[{index}].affinity", text) for index, text in enumerate(texts))


POOL: Obj = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {"matchExpressions": [{"key": "pool", "operator": "In", "values": ["east"]}]}
            ]
        }
    }
}

IS_AUTOMATIC = has("zone.automatic", ~one_of("", OFF))

RULES = (
    Rule(
        "zone-name",
        ("spec.zones[].name",),
        f"must be at most {LONGEST_LABEL} lower case letters, digits, '-' and '.', "
        "because it is part of a DaemonSet's name and the value of a label",
        bad={"zones": [{"name": "Pool One"}]},
        good={"zones": [{"name": "pool-1"}]},
        must=matches(DNS_NAME) & no_longer_than(LONGEST_LABEL),
    ),
    Rule(
        "zone-repeated",
        ("spec.zones",),
        "is the name of two zones, which would share a DaemonSet: give each its own name",
        bad={"zones": [{"name": "east"}, {"name": "east", "mode": "INFRASTRUCTURE"}]},
        good={"zones": [{"name": "east", "affinity": POOL}, {"name": "west"}]},
        must=unique("name"),
    ),
    Rule(
        "zones-overlap",
        ("spec.zones",),
        "is the same as that of another zone, so both run an agent on the same nodes: "
        "let each zone's node affinity select different nodes",
        bad={"zones": [{"name": "east"}, {"name": "west"}]},
        good={"zones": [{"name": "east", "affinity": POOL}, {"name": "west"}]},
        # Written twice: `unique` compares texts alone.
        find=_overlaps,
        cel="self.all(z, self.exists_one(o, has(z.affinity) ? has(o.affinity) && "
        "o.affinity == z.affinity : !has(o.affinity)))",
        severity=Severity.WARNING,
    ),
    Rule(
        "mode",
        ("spec.agent.mode", "spec.zones[].mode"),
        "must be APM, INFRASTRUCTURE, AWS or OFF, or the deprecated KUBERNETES",
        bad={"agent": {"mode": "FULL"}},
        good={"agent": {"mode": "INFRASTRUCTURE"}},
        must=one_of(*MODES),
    ),
    Rule(
        "mode-kubernetes",
        ("spec.agent.mode", "spec.zones[].mode"),
        "is the deprecated way to watch Kubernetes, which the k8sensor now does: "
        "remove it, and keep spec.k8s_sensor.deployment.enabled true",
        bad={"agent": {"mode": "KUBERNETES"}},
        good={"agent": {"mode": "APM"}},
        must=~equal("KUBERNETES"),
        severity=Severity.WARNING,
    ),
    Rule(
        "zone-automatic",
        ("spec.zone.automatic",),
        f"must be one of {', '.join(AUTOMATIC_ZONES)}",
        bad={"zone": {"automatic": "On"}},
        good={"zone": {"automatic": "Off"}},
        must=one_of("", *AUTOMATIC_ZONES),
        in_schema=True,
    ),
    Rule(
        "zone-automatic-alone",
        ("spec",),
        "cannot be combined with spec.zones, which names each zone: remove one of them",
        bad={"zone": {"automatic": "NodeLabel"}, "zones": [{"name": "east"}]},
        good={"zone": {"automatic": "Off"}, "zones": [{"name": "east"}]},
        must=~filled("zones") | ~IS_AUTOMATIC,
    ),
    Rule(
        "zone-automatic-name",
        ("spec",),
        "cannot be combined with spec.zone.automatic: PodLabel, which takes all names "
        "from nodes: remove one of them",
        bad={"zone": {"name": "edge", "automatic": "PodLabel"}},
        good={"zone": {"name": "edge"}},
        must=when(has("zone.automatic", equal(POD_LABEL)), ~given("zone.name")),
    ),
    Rule(
        "zone-automatic-cluster",
        ("spec",),
        "is required with spec.zone.automatic: set the name that the cluster has in Instana",
        bad={"cluster": None, "zone": {"name": "edge", "automatic": "NodeLabel"}},
        good={"cluster": None, "zone": {"name": "edge", "automatic": "Off"}},
        must=when(IS_AUTOMATIC, given("cluster.name")),
    ),
    Rule(
        "zone-and-zones",
        ("spec",),
        "has no effect with spec.zones, whose names are used instead: remove it",
        bad={"zone": {"name": "edge"}, "zones": [{"name": "east"}]},
        good={"zones": [{"name": "east"}]},
        must=when(filled("zones"), ~given("zone.name")),
        severity=Severity.WARNING,
    ),
)
