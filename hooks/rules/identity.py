"""Rules on names: of the resource, of cluster and zones, of the account; and on modes."""

import json
from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.models.instana_agent import DEFAULT_SERVICE_ACCOUNT
from hooks.rules.patterns import DNS_LABEL, DNS_NAME, LONGEST_LABEL, LONGEST_NAME
from hooks.rules.rule import Rule, Severity, distinct, full, matching, one_of, repeated, unless

LONGEST_SUFFIX = "-headless"
LONGEST_RESOURCE = LONGEST_LABEL - len(LONGEST_SUFFIX)
MODES = ("", "APM", "INFRASTRUCTURE", "AWS", "KUBERNETES", "OFF")
CLUSTER_NAME = "has(self.cluster) && has(self.cluster.name) && self.cluster.name != ''"
ZONE_NAME = "has(self.zone) && has(self.zone.name) && self.zone.name != ''"
HAS_ZONES = "has(self.zones) && size(self.zones) > 0"

_is_label = full(DNS_LABEL)
_is_name = full(DNS_NAME)


def _name_of(spec: Obj, part: str) -> object:
    return (spec.get(part) or {}).get("name")


def _is_resource_name(metadata: Obj) -> bool:
    name = metadata["name"]
    return _is_label(name) and len(name) <= LONGEST_RESOURCE


def _has_place(spec: Obj) -> bool:
    return bool(spec.get("zones") or _name_of(spec, "cluster") or _name_of(spec, "zone"))


def _has_cluster_of_zones(spec: Obj) -> bool:
    return not spec.get("zones") or bool(_name_of(spec, "cluster"))


def _is_zone_name(name: str) -> bool:
    return _is_name(name) and len(name) <= LONGEST_LABEL


def _same_names(zones: list[Obj]) -> Iterator[str]:
    yield from repeated((f"[{index}].name", zone["name"]) for index, zone in enumerate(zones))


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

RULES = (
    Rule(
        "resource-name",
        ("metadata",),
        f"must be at most {LONGEST_RESOURCE} lower case letters, digits and '-', as Services are "
        f"named after it (the longest {LONGEST_SUFFIX}): create it anew under a shorter or plainer "
        "name",
        bad={"name": "agent.prod"},
        good={"name": "agent-prod"},
        find=unless(_is_resource_name, ".name"),
        cel=f"{matching(DNS_LABEL, 'self.name')} && size(self.name) <= {LONGEST_RESOURCE}",
        field=".name",
        on_create=True,
    ),
    Rule(
        "resource-name-digit",
        ("metadata",),
        "starts with a digit, which Services may do in newer versions of Kubernetes only: start it "
        "with a letter",
        bad={"name": "2nd-agent"},
        good={"name": "second-agent"},
        find=unless(lambda metadata: not metadata["name"][:1].isdigit(), ".name"),
        cel="!self.name.matches('^[0-9]')",
        field=".name",
        severity=Severity.WARNING,
        on_create=True,
    ),
    Rule(
        "cluster-name",
        ("spec",),
        "is required unless spec.zone.name is set: the name that the cluster shall have in Instana",
        bad={"cluster": None},
        good={"cluster": None, "zone": {"name": "edge"}},
        find=unless(_has_place, ".cluster.name"),
        cel=f"({HAS_ZONES}) || ({CLUSTER_NAME}) || ({ZONE_NAME})",
        field=".cluster.name",
    ),
    Rule(
        "cluster-name-of-zones",
        ("spec",),
        "is required where spec.zones is used: the name that the cluster shall have in Instana",
        bad={"cluster": None, "zone": {"name": "edge"}, "zones": [{"name": "east"}]},
        good={"zones": [{"name": "east"}]},
        find=unless(_has_cluster_of_zones, ".cluster.name"),
        cel=f"!({HAS_ZONES}) || ({CLUSTER_NAME})",
        field=".cluster.name",
    ),
    Rule(
        "zone-name",
        ("spec.zones[].name",),
        f"must be at most {LONGEST_LABEL} lower case letters, digits, '-' and '.', as it is part "
        "of a DaemonSet's name and the value of a label",
        bad={"zones": [{"name": "Pool One"}]},
        good={"zones": [{"name": "pool-1"}]},
        find=unless(_is_zone_name),
        cel=matching(DNS_NAME),
    ),
    Rule(
        "zone-repeated",
        ("spec.zones",),
        "is the name of two zones, which would share a DaemonSet: give each a name of its own",
        bad={"zones": [{"name": "east"}, {"name": "east", "mode": "INFRASTRUCTURE"}]},
        good={"zones": [{"name": "east", "affinity": POOL}, {"name": "west"}]},
        find=_same_names,
        cel=distinct("name"),
    ),
    Rule(
        "zones-overlap",
        ("spec.zones",),
        "is that of another zone, so that both run an agent on the same nodes: let each zone's "
        "node affinity choose nodes of its own",
        bad={"zones": [{"name": "east"}, {"name": "west"}]},
        good={"zones": [{"name": "east", "affinity": POOL}, {"name": "west"}]},
        find=_overlaps,
        cel="self.all(z, self.exists_one(o, has(z.affinity) ? has(o.affinity) && "
        "o.affinity == z.affinity : !has(o.affinity)))",
        severity=Severity.WARNING,
    ),
    Rule(
        "mode",
        ("spec.agent.mode", "spec.zones[].mode"),
        "must be APM, INFRASTRUCTURE, AWS, OFF or, as of old, KUBERNETES",
        bad={"agent": {"mode": "FULL"}},
        good={"agent": {"mode": "INFRASTRUCTURE"}},
        find=unless(lambda mode: mode in MODES),
        cel=one_of(MODES),
    ),
    Rule(
        "mode-kubernetes",
        ("spec.agent.mode", "spec.zones[].mode"),
        "is the old way to watch Kubernetes, which the k8sensor does now: leave it out, and "
        "spec.k8s_sensor.deployment.enabled at true",
        bad={"agent": {"mode": "KUBERNETES"}},
        good={"agent": {"mode": "APM"}},
        find=unless(lambda mode: mode != "KUBERNETES"),
        cel="self != 'KUBERNETES'",
        severity=Severity.WARNING,
    ),
    Rule(
        "service-account-name",
        ("spec.serviceAccount.name",),
        f"must be at most {LONGEST_NAME} lower case letters, digits, '-' and '.'",
        bad={"serviceAccount": {"name": "My_Account"}},
        good={"serviceAccount": {"name": "my-account"}},
        find=unless(lambda name: not name or (_is_name(name) and len(name) <= LONGEST_NAME)),
        cel=f"self == '' || {matching(DNS_NAME)}",
    ),
    Rule(
        "service-account-default",
        ("spec.serviceAccount",),
        "is the account of all pods of the namespace that name none, which is not made or changed "
        "for an agent: choose another name, or set create to false to use it as it is",
        bad={"serviceAccount": {"name": DEFAULT_SERVICE_ACCOUNT}},
        good={"serviceAccount": {"name": DEFAULT_SERVICE_ACCOUNT, "create": False}},
        find=unless(
            lambda account: (
                account.get("name") != DEFAULT_SERVICE_ACCOUNT or account.get("create") is False
            ),
            ".name",
        ),
        cel=f"!has(self.name) || self.name != '{DEFAULT_SERVICE_ACCOUNT}' || "
        "(has(self.create) && !self.create)",
        field=".name",
    ),
)
