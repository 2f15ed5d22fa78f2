"""All children of an InstanaAgent."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeAlias

from hooks import labels
from hooks.desired.agent.certificate import certificates
from hooks.desired.agent.config_secret import config_secret
from hooks.desired.agent.daemonset import agent_daemonsets
from hooks.desired.agent.keys_secret import keys_secret
from hooks.desired.agent.namespaces_configmap import namespaces_configmap
from hooks.desired.agent.package_cache import package_cache_claims
from hooks.desired.agent.service_accounts import agent_service_account, k8sensor_service_account
from hooks.desired.agent.services import headless_service, service
from hooks.desired.agent.tls_secret import tls_secret
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.resolution import exists
from hooks.desired.k8sensor.configmap import k8sensor_configmap
from hooks.desired.k8sensor.deployment import k8sensor_deployments
from hooks.desired.k8sensor.etcd_copies import etcd_copies
from hooks.desired.k8sensor.network_policies import with_network_policies
from hooks.desired.k8sensor.poddisruptionbudget import k8sensor_poddisruptionbudgets
from hooks.desired.passes.admissible import problems_with
from hooks.desired.passes.checksums import with_checksums
from hooks.desired.passes.keep_referenced import children_in_use, with_entries_in_use
from hooks.desired.passes.keep_templates import with_templates_kept
from hooks.desired.passes.nodes import on_nodes_that_can_run_them
from hooks.desired.passes.overrides import with_overrides
from hooks.desired.pod.pull_secret import pull_secret
from hooks.errors import HookError, InternalError, InvalidResource, Problem
from hooks.kube.objects import Obj, describe, identity, labels_of
from hooks.kube.pods import named_by
from hooks.kube.workloads import pod_spec
from hooks.rules.answer_size import ANSWER_SIZE, MOST_BYTES
from hooks.rules.reserved import KINDS, NAMES, is_reserved
from hooks.rules.runtime import CHILD_REPEATED, OBJECT_OVERWRITTEN, OF_INSTALLATION
from hooks.rules.table import BY_IDENTIFIER
from hooks.wire import encode

Builder: TypeAlias = Callable[[Context], Obj | list[Obj]]

CHILDREN: tuple[Builder, ...] = (
    agent_daemonsets,
    agent_service_account,
    certificates,
    config_secret,
    etcd_copies,
    headless_service,
    k8sensor_configmap,
    k8sensor_deployments,
    k8sensor_poddisruptionbudgets,
    k8sensor_service_account,
    keys_secret,
    namespaces_configmap,
    package_cache_claims,
    pull_secret,
    service,
    tls_secret,
)


def desired_children(context: Context) -> list[Obj]:
    """Return every child that should exist, ordered by kind and name.

    Raises InvalidResource for a resource from which a child cannot be built, or that would lead to
    one that the API server refuses, and InternalError for what should never happen; never returns
    a part of the children.
    """
    built = [child for builder in CHILDREN for child in _built(builder, context)]
    built = on_nodes_that_can_run_them(with_overrides(context, built))
    _check(context, built)
    built = with_templates_kept(context, with_checksums(context, built))
    built = with_network_policies(context, built)
    children = [*with_entries_in_use(context, built), *children_in_use(context, built)]
    children.sort(key=identity)
    return children


def _built(builder: Builder, context: Context) -> list[Obj]:
    child = builder.__name__
    try:
        built = builder(context)
    except HookError as error:
        error.within(child=child)
        raise
    except Exception as error:
        msg = f"a {type(error).__name__} while building"
        raise InternalError(msg).within(child=child) from error
    return built if isinstance(built, list) else [built]


def _check(context: Context, built: list[Obj]) -> None:
    problems = [
        *_twice(built),
        *_the_users(context, built),
        *_of_installation(context, built),
        *_too_large(built),
        *(problem for child in built for problem in problems_with(child)),
    ]
    if problems:
        raise InvalidResource(tuple(problems))
    for child in built:
        if labels_of(child).get(labels.MANAGED_BY) != labels.OPERATOR:
            msg = "a child lacks the labels that the resource selects by"
            raise InternalError(msg).within(child=describe(child))


def _too_large(built: list[Obj]) -> Iterator[Problem]:
    """More than this nobody could carry out: zones of nodes and namespaces are in no resource."""
    left = MOST_BYTES
    for child in built:
        left -= len(encode(child))
        if left < 0:
            yield Problem("spec", BY_IDENTIFIER[ANSWER_SIZE].message, ANSWER_SIZE)
            return


def _twice(built: list[Obj]) -> Iterator[Problem]:
    """Two children of one name would overwrite each other without a word from Metacontroller."""
    children = {identity(child): child for child in built}
    if len(children) == len(built):
        return
    for place, count in Counter(map(identity, built)).items():
        if count > 1:
            child = children[place]
            account = child["kind"] == "ServiceAccount"
            path = "spec.serviceAccount.name" if account else "metadata.name"
            message = f"leads to two children {describe(child)}; choose another name"
            yield Problem(path, message, CHILD_REPEATED)


def _the_users(context: Context, built: list[Obj]) -> Iterator[Problem]:
    """An object of the user's that has the name of a child would be written over."""
    ours = {(child["kind"], child["metadata"]["name"]) for child in built}
    for reference in context.references:
        kind, name = reference.kind, reference.name
        is_child = context.observed(f"{kind}.v1", name) is not None
        if (kind, name) in ours and not is_child and exists(context, reference):
            message = f"is the name of a {kind} that is made from this resource; choose another one"
            yield Problem(reference.path, message, OBJECT_OVERWRITTEN)


def _of_installation(context: Context, built: list[Obj]) -> Iterator[Problem]:
    """Beside the service, nobody's children have the names of its objects, and no pod uses them."""
    if context.agent.namespace != context.facts.installation_namespace:
        return
    names = {*NAMES, *context.facts.installation_secrets}
    for child in built:
        if child["kind"] in KINDS and is_reserved(child["metadata"]["name"], names):
            message = f"leads to {describe(child)}, which the installation of this service has"
            yield Problem("metadata.name", f"{message}; choose another name", OF_INSTALLATION)
    for kind, name in sorted({each for child in built for each in named_by(pod_spec(child))}):
        if is_reserved(name, names):
            message = f"has pods use {kind} {name} of the installation of this service"
            yield Problem("spec", f"{message}; name another one", OF_INSTALLATION)
