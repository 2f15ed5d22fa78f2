"""Rules on names: of the resource, and of the cluster in Instana."""

from hooks.rules.expression import any_of, filled, given, has, if_has, when
from hooks.rules.patterns import DNS_LABEL, LONGEST_LABEL
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import contains, matches, no_longer_than

LONGEST_SUFFIX = "-headless"
LONGEST_RESOURCE = LONGEST_LABEL - len(LONGEST_SUFFIX)

RULES = (
    Rule(
        "resource-name",
        ("metadata",),
        f"must be at most {LONGEST_RESOURCE} lower case letters, digits and '-', "
        f"because Services are named after it (the longest suffix is {LONGEST_SUFFIX}): "
        "create it under another name",
        bad={"name": "agent.prod"},
        good={"name": "agent-prod"},
        must=has("name", matches(DNS_LABEL) & no_longer_than(LONGEST_RESOURCE)),
        on_create=True,
    ),
    Rule(
        "resource-name-digit",
        ("metadata",),
        "starts with a digit, which is allowed for Services only in newer versions of "
        "Kubernetes: start it with a letter",
        bad={"name": "2nd-agent"},
        good={"name": "second-agent"},
        must=if_has("name", ~contains("^[0-9]")),
        severity=Severity.WARNING,
        on_create=True,
    ),
    Rule(
        "cluster-name",
        ("spec",),
        "is required unless spec.zone.name is set: set the name that the cluster has in Instana",
        bad={"cluster": None},
        good={"cluster": None, "zone": {"name": "edge"}},
        must=any_of(filled("zones"), given("zone.name"), given("cluster.name")),
    ),
    Rule(
        "cluster-name-of-zones",
        ("spec",),
        "is required with spec.zones: set the name that the cluster has in Instana",
        bad={"cluster": None, "zone": {"name": "edge"}, "zones": [{"name": "east"}]},
        good={"zones": [{"name": "east"}]},
        must=when(filled("zones"), given("cluster.name")),
    ),
)
