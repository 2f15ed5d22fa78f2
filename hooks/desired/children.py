"""All children of an InstanaAgent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hooks.desired.agent.certificate import certificates
from hooks.desired.agent.config_secret import config_secret
from hooks.desired.agent.daemonset import agent_daemonsets
from hooks.desired.agent.keys_secret import keys_secret
from hooks.desired.agent.namespaces_configmap import namespaces_configmap
from hooks.desired.agent.package_cache import package_cache_claims
from hooks.desired.agent.service_accounts import agent_service_account, k8sensor_service_account
from hooks.desired.agent.services import headless_service, service
from hooks.desired.agent.tls_secret import tls_secret
from hooks.desired.inputs.context import Context, without_status
from hooks.desired.inputs.unresolved import Unresolved
from hooks.desired.k8sensor.configmap import k8sensor_configmap
from hooks.desired.k8sensor.deployment import k8sensor_deployments
from hooks.desired.k8sensor.etcd_copies import etcd_copies
from hooks.desired.k8sensor.network_policies import with_network_policies
from hooks.desired.k8sensor.poddisruptionbudget import k8sensor_poddisruptionbudgets
from hooks.desired.passes.admissible import checked
from hooks.desired.passes.checksums import with_checksums
from hooks.desired.passes.nodes import on_nodes_that_can_run_them
from hooks.desired.passes.overrides import with_overrides
from hooks.desired.passes.retain_referenced import with_referenced_children, with_referenced_entries
from hooks.desired.passes.retain_templates import with_retained_templates
from hooks.desired.pod.pull_secret import pull_secret
from hooks.desired.pod.settled import Workload
from hooks.errors import HookError, InternalError
from hooks.kube.objects import Obj, describe, identity

Builder: TypeAlias = Callable[[Context], Obj | list[Obj] | list[Workload]]
Pass: TypeAlias = Callable[[Context, list[Obj]], list[Obj]]

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

PASSES: tuple[Pass, ...] = (
    # First: users patch what the builders make, and nothing that a later pass adds.
    with_overrides,
    # After the patches, so that no patch removes the requirement.
    on_nodes_that_can_run_them,
    # After everything that the resource decides, and before templates that the API server has.
    checked,
    # After the last change to templates that the resource causes: templates say what pods read.
    with_checksums,
    # After the checksums: a new value is a reason not to retain a template.
    with_retained_templates,
    # After the templates are final: policies depend on their networks and on the ports they ask.
    with_network_policies,
    # After the templates are final: they name the entries that have to stay.
    with_referenced_entries,
    # Last: these children are answered as they are observed, without any pass.
    with_referenced_children,
)
"""What changes the children once they are built, in this order; the docstring of each says what."""


@dataclass(frozen=True, slots=True)
class Desired:
    """Every child that should exist, ordered by kind and name.

    `retained_for`: for each workload whose pods retain a part that the resource does not ask for,
    such as `DaemonSet/instana-agent`, the references that are unresolved.
    """

    children: list[Obj]
    retained_for: Mapping[str, tuple[Unresolved, ...]]


def desired_children(context: Context) -> Desired:
    """Return every child that should exist.

    No builder or pass sees the status of a child, on which the outcome must not depend; what they
    need of it is in `context.memory`.

    Raises InvalidResource for a resource from which a child cannot be built, or that would lead to
    one that the API server rejects, and InternalError for what should never happen; never returns
    a part of the children.
    """
    context = without_status(context)
    built = [one for builder in CHILDREN for one in _built(builder, context)]
    children = [one.child if isinstance(one, Workload) else one for one in built]
    for change in PASSES:
        children = change(context, children)
    workloads = [one for one in built if isinstance(one, Workload) and one.retained_for]
    return Desired(
        sorted(children, key=identity),
        {describe(workload.child): workload.retained_for for workload in workloads},
    )


def _built(builder: Builder, context: Context) -> Sequence[Obj | Workload]:
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
