"""Rules on names: of the resource, of cluster and zones, of the account; and on modes."""

import json
from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.models.instana_agent import DEFAULT_SERVICE_ACCOUNT
from hooks.rules.expression import any_of, filled, given, has, if_has, off, when
from hooks.rules.patterns import DNS_LABEL, DNS_NAME, LONGEST_LABEL, LONGEST_NAME
from hooks.rules.rule import Rule, Severity, repeated
from hooks.rules.values import contains, equal, matches, no_longer_than, one_of, unique

LONGEST_SUFFIX = "-headless"
LONGEST_RESOURCE = LONGEST_LABEL - len(LONGEST_SUFFIX)
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

RULES = (
    Rule(
        "resource-name",
        ("metadata",),
        f"must be at most {LONGEST_RESOURCE} lower case letters, digits and '-', as Services are "
        f"named after it (the longest {LONGEST_SUFFIX}): create it anew under a shorter or plainer "
        "name",
        bad={"name": "agent.prod"},
        good={"name": "agent-prod"},
        must=has("name", matches(DNS_LABEL) & no_longer_than(LONGEST_RESOURCE)),
        on_create=True,
    ),
    Rule(
        "resource-name-digit",
        ("metadata",),
        "starts with a digit, which Services may do in newer versions of Kubernetes only: start it "
        "with a letter",
        bad={"name": "2nd-agent"},
        good={"name": "second-agent"},
        must=if_has("name", ~contains("^[0-9]")),
        severity=Severity.WARNING,
        on_create=True,
    ),
    Rule(
        "cluster-name",
        ("spec",),
        "is required unless spec.zone.name is set: the name that the cluster shall have in Instana",
        bad={"cluster": None},
        good={"cluster": None, "zone": {"name": "edge"}},
        must=any_of(filled("zones"), given("zone.name"), given("cluster.name")),
    ),
    Rule(
        "cluster-name-of-zones",
        ("spec",),
        "is required where spec.zones is used: the name that the cluster shall have in Instana",
        bad={"cluster": None, "zone": {"name": "edge"}, "zones": [{"name": "east"}]},
        good={"zones": [{"name": "east"}]},
        must=when(filled("zones"), given("cluster.name")),
    ),
    Rule(
        "zone-name",
        ("spec.zones[].name",),
        f"must be at most {LONGEST_LABEL} lower case letters, digits, '-' and '.', as it is part "
        "of a DaemonSet's name and the value of a label",
        bad={"zones": [{"name": "Pool One"}]},
        good={"zones": [{"name": "pool-1"}]},
        must=matches(DNS_NAME) & no_longer_than(LONGEST_LABEL),
    ),
    Rule(
        "zone-repeated",
        ("spec.zones",),
        "is the name of two zones, which would share a DaemonSet: give each a name of its own",
        bad={"zones": [{"name": "east"}, {"name": "east", "mode": "INFRASTRUCTURE"}]},
        good={"zones": [{"name": "east", "affinity": POOL}, {"name": "west"}]},
        must=unique("name"),
    ),
    Rule(
        "zones-overlap",
        ("spec.zones",),
        "is that of another zone, so that both run an agent on the same nodes: let each zone's "
        "node affinity choose nodes of its own",
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
        "must be APM, INFRASTRUCTURE, AWS, OFF or, as of old, KUBERNETES",
        bad={"agent": {"mode": "FULL"}},
        good={"agent": {"mode": "INFRASTRUCTURE"}},
        must=one_of(*MODES),
    ),
    Rule(
        "mode-kubernetes",
        ("spec.agent.mode", "spec.zones[].mode"),
        "is the old way to watch Kubernetes, which the k8sensor does now: leave it out, and "
        "spec.k8s_sensor.deployment.enabled at true",
        bad={"agent": {"mode": "KUBERNETES"}},
        good={"agent": {"mode": "APM"}},
        must=~equal("KUBERNETES"),
        severity=Severity.WARNING,
    ),
    Rule(
        "service-account-name",
        ("spec.serviceAccount.name",),
        f"must be at most {LONGEST_NAME} lower case letters, digits, '-' and '.'",
        bad={"serviceAccount": {"name": "My_Account"}},
        good={"serviceAccount": {"name": "my-account"}},
        must=equal("") | (matches(DNS_NAME) & no_longer_than(LONGEST_NAME)),
    ),
    Rule(
        "service-account-default",
        ("spec.serviceAccount",),
        "is the account of all pods of the namespace that name none, which is not made or changed "
        "for an agent: choose another name, or set create to false to use it as it is",
        bad={"serviceAccount": {"name": DEFAULT_SERVICE_ACCOUNT}},
        good={"serviceAccount": {"name": DEFAULT_SERVICE_ACCOUNT, "create": False}},
        must=off("create") | ~has("name", equal(DEFAULT_SERVICE_ACCOUNT)),
    ),
)
