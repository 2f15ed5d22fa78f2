"""What agents need before they can do their work: what they refer to, and their rights."""

from collections.abc import Iterable

from hooks.desired import Context
from hooks.desired.cluster_rbac import bound
from hooks.desired.inputs.unresolved import missing_references, not_observed_yet
from hooks.errors import MissingReference
from hooks.status.condition import Condition, several

REFERENCES_RESOLVED = "ReferencesResolved"
AUTHORIZED = "Authorized"


def references_resolved(context: Context, retaining: Iterable[str] = ()) -> Condition:
    """Return whether every Secret and ConfigMap that the resource names exists.

    `retaining` are the workloads whose pods retain something that the resource no longer asks for.
    """
    missing = missing_references(context)
    if missing:
        message = several([str(reference) for reference in missing]) + _retained(list(retaining))
        return Condition(REFERENCES_RESOLVED, "False", MissingReference.reason, message)
    waiting = not_observed_yet(context)
    if waiting:
        named = several([str(reference) for reference in waiting])
        message = f"Metacontroller sends these with its next call: {named}"
        return Condition(REFERENCES_RESOLVED, "Unknown", "NotObservedYet", message)
    message = "every Secret and ConfigMap that the resource names exists"
    return Condition(REFERENCES_RESOLVED, "True", "AllReferencesFound", message)


def _retained(workloads: list[str]) -> str:
    if not workloads:
        return ""
    return f"; until then, running pods retain what they have: {several(workloads, ', ')}"


def authorized(context: Context) -> Condition:
    """Return whether the installation gives the agents the cluster-wide read rights."""
    agent = context.agent
    if not agent.spec.rbac.create:
        message = (
            "spec.rbac.create is false: bind the service accounts to the ClusterRoles yourself"
        )
        return Condition(AUTHORIZED, "Unknown", "BindingsNotWanted", message, is_advice=True)
    if not context.facts.may_have_cluster_rights(agent.namespace):
        message = (
            f"the installation gives agents in namespace {agent.namespace} no cluster-wide read "
            "permissions: add the namespace to its setting AGENT_NAMESPACES, or move the resource"
        )
        return Condition(AUTHORIZED, "False", "NamespaceNotAllowed", message)
    if bound(agent).uses_default_account:
        message = (
            "the agent runs as the namespace's default service account, which gets no "
            "permissions, because every pod of the namespace would get them: set "
            "spec.serviceAccount.create or .name"
        )
        return Condition(AUTHORIZED, "False", "DefaultServiceAccount", message)
    message = "the service accounts get the cluster-wide read permissions of the installation"
    return Condition(AUTHORIZED, "True", "BindingsWanted", message)
