"""Observed children that nobody wants any more, but that pods still name."""

from collections.abc import Iterator

from hooks.desired.context import Context
from hooks.desired.held import pod_spec
from hooks.desired.kept import as_observed
from hooks.desired.names import CONFIG_MAP, DAEMON_SET, DEPLOYMENT, SECRET, SERVICE_ACCOUNT
from hooks.kube.objects import Obj, identity

KEPT_KINDS = (CONFIG_MAP, SECRET, SERVICE_ACCOUNT)


def children_in_use(context: Context, desired: list[Obj]) -> list[Obj]:
    """Return the observed children besides the desired ones that a workload names, unchanged.

    A pod cannot start without the Secrets, ConfigMaps and the account that its template names:
    neither one of the desired template, nor one of a template that is about to be replaced.
    """
    wanted = {identity(child) for child in desired}
    unwanted = [
        child
        for kind in KEPT_KINDS
        for child in context.children.all_of(kind)
        if identity(child) not in wanted
    ]
    if not unwanted:
        return []
    used = _named_by_workloads(context, desired)
    return [
        as_observed(context, child)
        for child in unwanted
        if (child["kind"], child["metadata"]["name"]) in used
    ]


def _named_by_workloads(context: Context, desired: list[Obj]) -> set[tuple[str, str]]:
    names = {identity(child) for child in desired}
    observed = [
        workload
        for kind in (DAEMON_SET, DEPLOYMENT)
        for workload in context.children.all_of(kind)
        if identity(workload) in names
    ]
    return {used for workload in [*desired, *observed] for used in _named_by(pod_spec(workload))}


def _named_by(pod: Obj) -> Iterator[tuple[str, str]]:
    """Yield kind and name of everything that a pod spec names."""
    yield "ServiceAccount", pod.get("serviceAccountName") or ""
    for secret in pod.get("imagePullSecrets") or []:
        yield "Secret", secret.get("name") or ""
    for volume in pod.get("volumes") or []:
        yield from _named_by_source(volume)
        for source in (volume.get("projected") or {}).get("sources") or []:
            yield from _named_by_source(source)
    for container in pod.get("containers") or []:
        for variable in container.get("env") or []:
            source = variable.get("valueFrom") or {}
            yield "Secret", (source.get("secretKeyRef") or {}).get("name") or ""
            yield "ConfigMap", (source.get("configMapKeyRef") or {}).get("name") or ""


def _named_by_source(source: Obj) -> Iterator[tuple[str, str]]:
    secret = source.get("secret") or {}
    yield "Secret", secret.get("secretName") or secret.get("name") or ""
    yield "ConfigMap", (source.get("configMap") or {}).get("name") or ""
