"""An independent look at origins: change what they name, to other values than `explain` does."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from hooks.errors import HookError
from hooks.explain import Situation
from hooks.explain.children import children_in_spite_of_rules
from hooks.explain.effects import Leaf
from hooks.facts import Facts
from hooks.kube.leaves import leaves_of
from hooks.kube.objects import Obj, describe
from hooks.sync import reconcile
from hooks.wire import sync_request
from tests.property.specs import Path, paths, replaced, without

NOW = "2026-01-01T00:00:00Z"
STEP = re.compile(r'\.([\w$-]+)|\["(.*?)"\]|\[(\d+)\]', re.DOTALL)
NUMBER = re.compile(r"\d+")
NOTHING = object()
OF_KUBERNETES = (
    "DoNotSchedule", "ScheduleAnyway", "Honor", "Ignore", "Exists", "DoesNotExist", "In", "NotIn",
    "Gt", "Lt", "Equal", "NoSchedule", "PreferNoSchedule", "NoExecute", "HTTP", "HTTPS", "Memory",
    "HostToContainer", "Bidirectional", "IfPossible", "Enabled", "Directory", "File", "Socket",
    "ReadOnlyMany", "ReadWriteOnce", "ReadWriteMany", "Filesystem", "Block", "ReadOnly",
    "ReadWrite", "Shared", "Dedicated", "spec.nodeName", "status.hostIP", "limits.cpu",
    "ED25519", "ECDSAP256",
)  # fmt: skip
"""Values that Kubernetes takes in fields of pods: any other breaks a rule, and shows nothing."""
VALUES: tuple[Any, ...] = (
    "other", "OTHER", "8443", "/other", "other.example", "socks5", "9Mi", "3", "99m", "1s", "77%",
    3, 42, 8443, True, False, [], {"other": "other"}, "a: b",
    "APM", "AWS", "OFF", "INFRASTRUCTURE", "Always", "Never", "IfNotPresent", "OnDelete", "Manual",
    "RollingUpdate", "Automatic", "Enabled", "Disabled", "Off", "NodeLabel", "PodLabel", "GKE",
    "Talos", "Bottlerocket", "Restricted", "Unrestricted", "PersistentVolumeClaim", "EmptyDir",
    "Ephemeral", "HostPath", "None", "ControlPlane", "All", *OF_KUBERNETES,
)  # fmt: skip
AROUND = ("{}-other", "other-{}", "{}9", "9{}", "{}\n# other\n", "{}\nother: 1\n")


def situation_of(request: Obj, facts: Facts) -> Situation:
    """Return what a request is about."""
    return Situation(sync_request(request), facts)


def made_by_hook(situation: Situation) -> list[Obj] | None:
    """Return the children that the sync hook makes; None for an invalid resource."""
    outcome = reconcile(situation.request, situation.facts, NOW)
    return None if outcome.problems else [*outcome.children, *outcome.withheld]


def leaves_in(children: Iterable[Obj]) -> dict[Leaf, Any]:
    """Return the leaves of children by child and path."""
    return {
        (describe(child), path): leaf
        for child in children
        for path, leaf in leaves_of(child).items()
    }


def unmoved(situation: Situation, field: str, leaves: Collection[Leaf]) -> set[Leaf]:
    """Return those of the leaves that are the same whatever a field of the spec is."""
    before, left = leaves_in(made_by_hook(situation) or []), set(leaves)
    for other in _others(situation, _steps(field)):
        if not left:
            break
        made = _made(other)
        after = leaves_in(made) if made is not None else before
        left = {leaf for leaf in left if leaf in after and repr(after[leaf]) == repr(before[leaf])}
    return left


def _made(situation: Situation) -> list[Obj] | None:
    try:
        return made_by_hook(situation) or children_in_spite_of_rules(situation)
    except HookError:
        return None


def _others(situation: Situation, steps: Path) -> Iterator[Situation]:
    """Yield the situation with other values of a field, the field before it is given at last."""
    request = situation.request
    spec = request.parent["spec"]
    given = _at(spec, steps)
    around = [*_around(given)] if isinstance(given, str) else []
    changed = [replaced(spec, steps, each) for each in (*around, *VALUES) if each != given]
    if steps in set(paths(spec)):
        changed.append(without(spec, steps))
    for each in changed:
        yield replace(situation, request=replace(request, parent=request.parent | {"spec": each}))


def _around(given: str) -> Iterator[str]:
    yield from (each.format(given) for each in AROUND)
    yield from (NUMBER.sub(each, given, count=1) for each in ("42", "0", "9999"))


def _at(value: Any, steps: Path) -> Any:
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return NOTHING
    return value


def _steps(path: str) -> Path:
    """Return the steps to a field from the spec on."""
    found = STEP.findall(path.removeprefix("spec"))
    return tuple(int(number) if number else name or quoted for name, quoted, number in found)
