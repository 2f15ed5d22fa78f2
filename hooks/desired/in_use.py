"""Observed children that nobody wants any more, but that pods still name."""

from collections.abc import Iterator

from hooks.desired.context import Context
from hooks.desired.held import pod_spec
from hooks.desired.kept import as_observed
from hooks.desired.names import CONFIG_MAP, DAEMON_SET, DEPLOYMENT, SECRET, SERVICE_ACCOUNT
from hooks.kube.objects import Identity, Obj, identity
from hooks.observed.rollout import is_rolled_out

KEPT_KINDS = (CONFIG_MAP, SECRET, SERVICE_ACCOUNT)


def children_in_use(context: Context, desired: list[Obj]) -> list[Obj]:
    """Return the observed children besides the desired ones that pods may name, unchanged.

    A pod cannot start without the Secrets, ConfigMaps and the account that its template names. It
    may be made from the desired template, from one that is about to be replaced, or, while a
    roll-out is under way, from one that nobody knows any more.
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
    workloads = _wanted_workloads(context, wanted)
    used = {name for each in [*desired, *workloads] for name in _named_by(pod_spec(each))}
    is_settled = all(map(is_rolled_out, workloads))
    return [
        as_observed(context, child)
        for child in unwanted
        if not is_settled or (child["kind"], child["metadata"]["name"]) in used
    ]


def with_entries_in_use(context: Context, desired: list[Obj]) -> list[Obj]:
    """Return the desired children, Secrets with those observed entries that templates name.

    A pod cannot start without an entry that its template names, be it wanted no more.
    """
    wanted = {identity(child) for child in desired}
    workloads = [*desired, *_wanted_workloads(context, wanted)]
    used = {entry for each in workloads for entry in _entries_of(pod_spec(each))}
    return [_with_entries(context, child, used) for child in desired]


def _with_entries(context: Context, child: Obj, used: set[tuple[str, str]]) -> Obj:
    name = child["metadata"]["name"]
    observed = context.observed(SECRET, name) if child["kind"] == "Secret" else None
    kept = {
        entry: value
        for entry, value in ((observed or {}).get("data") or {}).items()
        if entry not in child["data"] and (name, entry) in used
    }
    return child | {"data": child["data"] | kept} if kept else child


def _wanted_workloads(context: Context, wanted: set[Identity]) -> list[Obj]:
    """Return the observed workloads that go on existing."""
    return [
        workload
        for kind in (DAEMON_SET, DEPLOYMENT)
        for workload in context.children.all_of(kind)
        if identity(workload) in wanted
    ]


def _entries_of(pod: Obj) -> Iterator[tuple[str, str]]:
    """Yield name and entry of every Secret of which a pod spec names single entries."""
    for volume in pod.get("volumes") or []:
        sources = (volume.get("projected") or {}).get("sources") or []
        for secret in (each.get("secret") or {} for each in [volume, *sources]):
            for item in secret.get("items") or []:
                yield secret.get("secretName") or secret.get("name") or "", item.get("key") or ""
    for container in pod.get("containers") or []:
        for variable in container.get("env") or []:
            reference = (variable.get("valueFrom") or {}).get("secretKeyRef") or {}
            yield reference.get("name") or "", reference.get("key") or ""


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
