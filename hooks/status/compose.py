"""The whole status, of a resource that can be carried out and of one that cannot."""

import re

from hooks.desired import Context, names
from hooks.desired.cluster_rbac import uses_default_account
from hooks.desired.missing import missing_references, undecided_references
from hooks.errors import InvalidResource, MissingReference, Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.observed import ObservedObjects
from hooks.status.availability import (
    AGENTS_AVAILABLE,
    SENSORS_AVAILABLE,
    agents_available,
    available_as_observed,
    sensors_available,
)
from hooks.status.conditions import LONGEST_MESSAGE, Condition, several, stamped
from hooks.status.ownership import (
    children_owned,
    kept_workloads,
    objects_in_the_way,
    sole_controller,
)
from hooks.status.package_cache import package_cache
from hooks.status.workloads import (
    agent_counts,
    agent_daemonsets,
    daemonset_shortfall,
    deployment_shortfall,
    k8sensor_counts,
    k8sensor_deployments,
)

RUNNING = "Running"
FAILED = "Failed"
VALID = Condition("Valid", "True", "ValidSpec", "the spec can be carried out")
RECONCILED = Condition(
    "ReconcileSucceeded",
    "True",
    "ReconcileSucceeded",
    "the children were computed; the other conditions say how they do",
)
SEMANTIC_VERSION = re.compile(r"v?(\d+\.\d+\.\d+(?:[-+][-+.0-9A-Za-z]+)?)")


def status_of_valid(parent: Obj, context: Context, children: list[Obj], now: str) -> Obj:
    """Return the status of a resource whose children are the given ones."""
    parts = [
        VALID,
        _references(context),
        _authorized(context),
        children_owned(
            parent,
            context.children,
            objects_in_the_way(context, children),
            kept_workloads(children),
            context.facts,
        ),
        sole_controller(context.children, context.facts),
        *package_cache(context),
        agents_available(context, children),
        sensors_available(context, children),
    ]
    conditions = [_ready(parts), *parts, RECONCILED]
    return {
        **_facts(parent, context.children, context.facts),
        **_links(parent, context.children),
        "status": RUNNING,
        "conditions": stamped(conditions, parent, now),
    }


def status_of_invalid(
    parent: Obj, children: ObservedObjects, problems: tuple[Problem, ...], facts: Facts, now: str
) -> Obj:
    """Return the status of a resource that cannot be carried out: what is wrong, what still runs.

    The children stay as observed; so do the links to them.
    """
    message = several([str(problem) for problem in problems])
    invalid = Condition("Valid", "False", InvalidResource.reason, message)
    conditions = [
        Condition("Ready", "False", InvalidResource.reason, message),
        invalid,
        Condition("ReferencesResolved", "Unknown", InvalidResource.reason, "the spec is not valid"),
        Condition("Authorized", "Unknown", InvalidResource.reason, "the spec is not valid"),
        children_owned(parent, children, [], [], facts),
        sole_controller(children, facts),
        available_as_observed(
            AGENTS_AVAILABLE,
            agent_daemonsets(children),
            daemonset_shortfall,
            ("AllDesiredAgentsAvailable", "NotAllDesiredAgentsAvailable"),
            "agents",
        ),
        _sensors_as_observed(children),
        Condition("ReconcileSucceeded", "False", "ReconcileFailed", message),
    ]
    return {
        **_facts(parent, children, facts),
        **_links(parent, children),
        "status": FAILED,
        "reason": invalid.message[:LONGEST_MESSAGE],
        "conditions": stamped(conditions, parent, now),
    }


def _sensors_as_observed(children: ObservedObjects) -> Condition:
    """Return the condition of the observed k8sensors; that there are none may be meant so."""
    deployments = k8sensor_deployments(children)
    if not deployments:
        message = "no k8sensor is observed"
        return Condition(SENSORS_AVAILABLE, "Unknown", "K8sensorDeploymentNotConfigured", message)
    return available_as_observed(
        SENSORS_AVAILABLE,
        deployments,
        deployment_shortfall,
        ("AllDesiredK8sensorsAvailable", "NotAllDesiredK8sensorsAvailable"),
        "k8sensors",
    )


def _facts(parent: Obj, children: ObservedObjects, facts: Facts) -> Obj:
    version = SEMANTIC_VERSION.fullmatch(facts.operator_version)
    generation = parent["metadata"].get("generation")
    return {
        "agents": agent_counts(agent_daemonsets(children)).as_status(),
        "k8sensors": k8sensor_counts(k8sensor_deployments(children)).as_status(),
        **({"operatorVersion": version[1]} if version else {}),
        **({"observedGeneration": generation} if isinstance(generation, int) else {}),
        **({"oldVersionsUpdated": True} if _was_updated(parent, facts) else {}),
    }


def _was_updated(parent: Obj, facts: Facts) -> bool:
    """Tell whether the spec or the operator changed since the first status, as once it did.

    The Go operator's rule for its deprecated `oldVersionsUpdated`; once true it stays so.
    """
    before = parent.get("status")
    if not isinstance(before, dict):
        return False
    generation, version = before.get("observedGeneration"), before.get("operatorVersion")
    return bool(
        before.get("oldVersionsUpdated")
        or (generation is not None and generation != parent["metadata"].get("generation"))
        or (version is not None and version != facts.operator_version.removeprefix("v"))
    )


def _links(parent: Obj, children: ObservedObjects) -> Obj:
    """Return name and uid of the observed children that the Go operator's status names."""
    name, namespace = parent["metadata"]["name"], parent["metadata"].get("namespace", "")
    daemonsets = agent_daemonsets(children)
    links = {
        "configsecret": children.get(names.SECRET, namespace, names.config_secret(name)),
        "namespacesconfigmap": children.get(
            names.CONFIG_MAP, namespace, names.namespaces_configmap(name)
        ),
        "daemonset": daemonsets[0] if len(daemonsets) == 1 else None,
    }
    return {
        field: {"name": child["metadata"]["name"], "uid": child["metadata"]["uid"]}
        for field, child in links.items()
        if child and "uid" in child["metadata"]
    }


def _references(context: Context) -> Condition:
    missing = missing_references(context)
    if missing:
        message = several([str(each) for each in missing])
        return Condition("ReferencesResolved", "False", MissingReference.reason, message)
    undecided = undecided_references(context)
    if undecided:
        message = several([f"{each.path}: {each.kind} {each.name}" for each in undecided])
        return Condition("ReferencesResolved", "Unknown", "NotObservedYet", message)
    message = "every Secret and ConfigMap that the resource names is there"
    return Condition("ReferencesResolved", "True", "AllReferencesFound", message)


def _authorized(context: Context) -> Condition:
    agent = context.agent
    if not agent.spec.rbac.create:
        message = "spec.rbac.create is false: bind the service accounts to the read rights yourself"
        return Condition("Authorized", "Unknown", "BindingsNotWanted", message, is_advice=True)
    if not context.facts.may_have_cluster_rights(agent.namespace):
        message = (
            f"the installation gives agents in namespace {agent.namespace} no cluster-wide read "
            "rights: add the namespace to its setting AGENT_NAMESPACES, or move the resource"
        )
        return Condition("Authorized", "False", "NamespaceNotAllowed", message)
    if uses_default_account(agent):
        message = (
            "the agent runs as the namespace's default service account, which gets no rights as "
            "every pod of the namespace would have them: set spec.serviceAccount.create or .name"
        )
        return Condition("Authorized", "False", "DefaultServiceAccount", message)
    message = "the service accounts get the cluster-wide read rights of the installation"
    return Condition("Authorized", "True", "BindingsWanted", message)


def _ready(parts: list[Condition]) -> Condition:
    """Return the sum of the parts: the first one that is bad says why."""
    for part in parts:
        if part.status != "True" and not part.is_advice:
            return Condition("Ready", "False", part.reason, part.message)
    agents = next(part for part in parts if part.type == AGENTS_AVAILABLE)
    return Condition("Ready", "True", "Ready", agents.message)
