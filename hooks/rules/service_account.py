"""Rules on the agents' ServiceAccount."""

from hooks.models.instana_agent import DEFAULT_SERVICE_ACCOUNT
from hooks.rules.expression import filled, has, off, when
from hooks.rules.patterns import DNS_NAME, LONGEST_NAME
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import equal, matches, no_longer_than

RULES = (
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
        "is the account of all pods in the namespace that name none, so it is not "
        "created or changed for an agent: choose another name, or set create to false "
        "to use it as it is",
        bad={"serviceAccount": {"name": DEFAULT_SERVICE_ACCOUNT}},
        good={"serviceAccount": {"name": DEFAULT_SERVICE_ACCOUNT, "create": False}},
        must=off("create") | ~has("name", equal(DEFAULT_SERVICE_ACCOUNT)),
    ),
    Rule(
        "account-annotations-unused",
        ("spec.serviceAccount",),
        "has no effect while create is false, because you create the account: annotate "
        "the account yourself, or remove this",
        bad={"serviceAccount": {"create": False, "name": "mine", "annotations": {"a": "b"}}},
        good={"serviceAccount": {"annotations": {"a": "b"}}},
        must=when(off("create"), ~filled("annotations")),
        severity=Severity.WARNING,
    ),
)
