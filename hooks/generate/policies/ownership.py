"""The policy on which objects get an InstanaAgent as owner: those that are ours or handed over.

The service never returns a child that would overwrite an object of somebody else. But such an
object may appear between the service's look at the cluster and Metacontroller's write, and
server-side apply would take it over: its fields and, by the owner reference, its lifetime. It would
also take over a child of another resource: Metacontroller applies all children as one field
manager, and so drops the owner that it no longer names. This policy closes that gap. It allows the
creation of a child, an adoption and each further write of a child.
"""

from hooks import contract
from hooks.desired.inputs.ownership import GUIDE_ACCOUNTS
from hooks.generate.crd.definition import GROUP
from hooks.generate.policies.policy import LABELS, UPDATE, rejecting, resource_rule
from hooks.kube.objects import Obj
from hooks.labels import AGENT, COMPONENT, INSTANCE, K8SENSOR, MANAGED_BY, NAME, OPERATOR
from hooks.models.instana_agent import KIND

OWNERSHIP = "instana-agent-ownership"
OWNERS, OLD_OWNERS = "object.metadata.ownerReferences", "oldObject.metadata.ownerReferences"
GETS_OWNER = (
    f"has({OWNERS}) && {OWNERS}.exists(owner, "
    f"has(owner.kind) && owner.kind == '{KIND}' && "
    f"has(owner.apiVersion) && owner.apiVersion.startsWith('{GROUP}/') && has(owner.uid) && "
    f"!(has({OLD_OWNERS}) && {OLD_OWNERS}.exists(old, has(old.uid) && old.uid == owner.uid)))"
)


def _was_labelled(label: str, value: str) -> str:
    labels = "oldObject.metadata.labels"
    return f"has({labels}) && '{label}' in {labels} && {labels}['{label}'] == '{value}'"


IS_OURS = _was_labelled(MANAGED_BY, OPERATOR)
IS_OF_THE_INSTALLATION = _was_labelled(NAME, LABELS[NAME])
IS_ACCOUNT_OF_GUIDE = (
    "object.kind == 'ServiceAccount' && has(object.metadata.name) && "
    f"object.metadata.name in [{', '.join(map(repr, sorted(GUIDE_ACCOUNTS)))}]"
)
IS_CONTROLLED = (
    f"has({OLD_OWNERS}) && {OLD_OWNERS}.exists(old, has(old.controller) && old.controller == true)"
)
STAYS = "is not changed"
GIVE = (
    f"an existing object {STAYS}, because it may not belong to the {KIND}: to hand it over, give "
    f"it the labels {MANAGED_BY}={OPERATOR}, {COMPONENT}={AGENT} (or {K8SENSOR}, for an "
    f"object of the k8sensor) and {INSTANCE}=<name of the {KIND}>; otherwise rename or "
    "delete it"
)
LEAVE = (
    f"an existing object {STAYS}, because it has another controller (see its "
    f"metadata.ownerReferences): give the {KIND} another name"
)
KEEP = (
    f"an object of the installation itself {STAYS}, because it cannot belong to an {KIND}: give "
    f"the {KIND} another name"
)


def ownership() -> list[Obj]:
    """Return the policy with its binding."""
    return rejecting(
        OWNERSHIP,
        {"resourceRules": _rules()},
        matchConditions=[{"name": "gets-an-agent-as-owner", "expression": GETS_OWNER}],
        validations=[
            {"expression": f"({IS_OURS}) || ({IS_ACCOUNT_OF_GUIDE})", "message": GIVE},
            {"expression": f"!({IS_CONTROLLED})", "message": LEAVE},
            {"expression": f"!({IS_OF_THE_INSTALLATION})", "message": KEEP},
        ],
    )


def _rules() -> list[Obj]:
    """Return one rule for the kinds of each group."""
    resources: dict[tuple[str, str], list[str]] = {}
    for kind, resource in contract.CHILD_RESOURCES.items():
        group, _, version = kind.partition(".")[2].rpartition("/")
        resources.setdefault((group, version), []).append(resource)
    return [
        resource_rule(group, version, (UPDATE,), *found)
        for (group, version), found in resources.items()
    ]
