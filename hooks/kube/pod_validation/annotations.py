"""Annotations of pods that have a meaning for Kubernetes, and the size of all of them together."""

import json
import re
from typing import Any, Final

from hooks.kube.objects import Obj
from hooks.kube.pod_validation.checks import NOTHING, Found, problem
from hooks.kube.pod_validation.names import LARGEST_INT32, RELATIVE
from hooks.kube.pod_validation.tolerations import is_toleration

MOST_BYTES: Final = 256 * 1024
MIRROR: Final = "kubernetes.io/config.mirror"
DELETION_COST: Final = "controller.kubernetes.io/pod-deletion-cost"
TOLERATED: Final = "scheduler.alpha.kubernetes.io/tolerations"
SECCOMP: Final = (
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/",
)
APP_ARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
PROFILES: Final = ("runtime/default", "docker/default", "unconfined")
LOCAL_PROFILE: Final = "localhost/"
_COST: Final = re.compile(r"0|-?[1-9][0-9]*|-0[0-9]*", re.ASCII)


def size_of(annotations: Obj) -> int:
    """Return the size of the names and values of annotations in bytes."""
    return sum(len(name.encode()) + len(str(text).encode()) for name, text in annotations.items())


def annotations(given: Obj, containers: tuple[str, ...]) -> Found:
    """Find annotations that Kubernetes rejects for a pod with containers of those names."""
    found: list[tuple[str, str]] = []
    for name, text in given.items():
        if isinstance(text, str):
            found += [(f"[{name}]", message) for _, message in _of_one(name, text, containers)]
    return found


def _of_one(name: str, text: str, containers: tuple[str, ...]) -> Found:
    if name == MIRROR:
        return problem("is set only by kubelets, for static pods: remove it")
    if name == DELETION_COST:
        return NOTHING if _is_cost(text) else problem("must be a 32-bit integer")
    if name == TOLERATED:
        return _tolerations(text)
    if name == SECCOMP[0] or name.startswith(SECCOMP[1]):
        return _seccomp(text)
    return _app_armor(name, text, containers) if name.startswith(APP_ARMOR) else NOTHING


def _is_cost(text: str) -> bool:
    fits = len(text) <= len(str(-LARGEST_INT32)) and _COST.fullmatch(text)
    return bool(fits) and -LARGEST_INT32 - 1 <= int(text) <= LARGEST_INT32


def _tolerations(text: str) -> Found:
    try:
        given: Any = json.loads(text) if text else []
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, list) and all(map(_is_toleration, given)):
        return NOTHING
    return problem("must be a list of tolerations as JSON: use the field tolerations instead")


def _is_toleration(item: Any) -> bool:
    return isinstance(item, dict) and is_toleration(item)


def _seccomp(text: str) -> Found:
    if text in PROFILES:
        return NOTHING
    if text.startswith(LOCAL_PROFILE) and not RELATIVE.find(text.removeprefix(LOCAL_PROFILE)):
        return NOTHING
    return problem("must be runtime/default, unconfined, or localhost/ followed by a relative path")


def _app_armor(name: str, text: str, containers: tuple[str, ...]) -> Found:
    if name.removeprefix(APP_ARMOR) not in containers:
        return problem(f"must end in the name of a container: {', '.join(containers)}")
    is_profile = text in ("", PROFILES[0], PROFILES[2]) or text.startswith(LOCAL_PROFILE)
    return (
        NOTHING if is_profile else problem("must be runtime/default, unconfined or localhost/...")
    )
