"""All children of an InstanaAgent."""

from collections.abc import Callable
from itertools import pairwise

from hooks.desired import labels, names
from hooks.desired.agent_daemonset import agent_daemonsets
from hooks.desired.config_secret import config_secret
from hooks.desired.context import Context
from hooks.desired.k8sensor_configmap import k8sensor_configmap
from hooks.desired.k8sensor_deployment import k8sensor_deployments
from hooks.desired.k8sensor_poddisruptionbudget import k8sensor_poddisruptionbudgets
from hooks.desired.keys_secret import keys_secret
from hooks.desired.namespaces_configmap import namespaces_configmap
from hooks.desired.pull_secret import pull_secret
from hooks.desired.service_accounts import agent_service_account, k8sensor_service_account
from hooks.desired.services import headless_service, service
from hooks.desired.tls_secret import tls_secret
from hooks.errors import HookError, InternalError, InvalidResource, Problem
from hooks.kube.objects import Obj, describe, identity, labels_of

Builder = Callable[[Context], Obj | list[Obj]]

CHILDREN: tuple[Builder, ...] = (
    agent_daemonsets,
    agent_service_account,
    config_secret,
    headless_service,
    k8sensor_configmap,
    k8sensor_deployments,
    k8sensor_poddisruptionbudgets,
    k8sensor_service_account,
    keys_secret,
    namespaces_configmap,
    pull_secret,
    service,
    tls_secret,
)


def desired_children(context: Context) -> list[Obj]:
    """Return every child that should exist, ordered by kind and name.

    Raises InvalidResource for a resource from which a child cannot be built, and InternalError
    for what should never happen; never returns a part of the children.
    """
    children = [child for builder in CHILDREN for child in _built(builder, context)]
    children.sort(key=identity)
    _check_distinct(children)
    _check_not_the_users(context, children)
    _check_selected(children)
    return children


def _built(builder: Builder, context: Context) -> list[Obj]:
    child = builder.__name__.removesuffix("s")
    try:
        built = builder(context)
    except HookError as error:
        raise error.within(child=child) from error
    except Exception as error:
        msg = f"a {type(error).__name__} while building"
        raise InternalError(msg).within(child=child) from error
    return built if isinstance(built, list) else [built]


def _check_distinct(children: list[Obj]) -> None:
    """Two children of one name would overwrite each other without a word from Metacontroller."""
    for child, following in pairwise(children):
        if identity(child) == identity(following):
            message = f"leads to two children {describe(child)}; choose other names"
            raise InvalidResource((Problem("metadata.name", message),))


def _check_not_the_users(context: Context, children: list[Obj]) -> None:
    """A Secret of the user's that has the name of one of ours would be written over."""
    ours = {child["metadata"]["name"] for child in children if child["kind"] == "Secret"}
    keys = context.key_store.name
    if keys in ours - {names.keys_secret(context.agent.name)}:
        message = "is the name of a Secret that is made from this resource; choose another one"
        raise InvalidResource((Problem("spec.agent.keysSecret", message),))


def _check_selected(children: list[Obj]) -> None:
    """Metacontroller refuses the whole answer if one child does not match the parent's selector."""
    for child in children:
        if labels_of(child).get(labels.MANAGED_BY) != labels.OPERATOR:
            msg = "a child lacks the labels that the resource selects by"
            raise InternalError(msg).within(child=describe(child))
