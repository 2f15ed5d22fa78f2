"""What the hooks respond to a request, as pure functions; and facts as texts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from hooks import cluster_rbac
from hooks.customize import customize
from hooks.errors import UnreadableRequest
from hooks.facts import PARSERS, Facts, TakeOver
from hooks.kube.objects import Obj
from hooks.sync import sync

SYNC, CUSTOMIZE = "sync", "customize"
HOOKS: Final[Mapping[str, Callable[[Obj, Facts, str], Obj]]] = {
    SYNC: sync,
    CUSTOMIZE: lambda request, facts, _: customize(request, facts),
    "cluster-rbac-sync": lambda request, facts, _: cluster_rbac.sync(request, facts),
    "cluster-rbac-customize": lambda request, facts, _: cluster_rbac.customize(request, facts),
}
"""By the name of the hook in logs and metrics."""
OPERATOR_VERSION: Final = "operatorVersion"
DEFAULTS: Final = Facts()


def response_of(hook: str, request: Obj, facts: Facts, now: str) -> Obj:
    """Return the response of a hook; raises HookError, as the hook does."""
    if hook not in HOOKS:
        msg = f"there is no hook {hook[:40]!r}; known are {', '.join(HOOKS)}"
        raise UnreadableRequest(msg)
    return HOOKS[hook](request, facts, now)


def hook_of(request: Obj) -> str:
    """Return the hook that a request without a name is for; raises UnreadableRequest."""
    if "parent" in request:
        return SYNC if "children" in request else CUSTOMIZE
    if "object" in request:
        return "cluster-rbac-sync"
    msg = "this is neither a recording nor the request of a hook: it has no parent"
    raise UnreadableRequest(msg)


def texts_of(facts: Facts) -> dict[str, str]:
    """Return the facts that are not the default, by name, as `Facts.updated` takes them.

    With the version of the service, which is another default in each version.
    """
    values = {name: getattr(facts, field) for name, (field, _) in PARSERS.items()}
    defaults = {name: getattr(DEFAULTS, field) for name, (field, _) in PARSERS.items()}
    changed = {name: value for name, value in values.items() if value != defaults[name]}
    changed[OPERATOR_VERSION] = facts.operator_version
    return {name: _as_text(value) for name, value in sorted(changed.items())}


def of_this_version(facts: Facts, version: str) -> Facts:
    """Return the facts of an installation of this version instead of another one."""
    if facts.operator_version != version:
        return facts
    return replace(facts, operator_version=DEFAULTS.operator_version)


def without_version(texts: Mapping[str, str]) -> dict[str, str]:
    """Return facts as texts without the version of the service."""
    return {name: text for name, text in texts.items() if name != OPERATOR_VERSION}


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, TakeOver):
        return value.value
    return ",".join(value) if isinstance(value, tuple) else str(value)
