"""What the API server refuses for certain, found before anything is returned.

A child that is refused would be left behind while all others go ahead.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from hooks.desired.held import pod_spec
from hooks.errors import Problem
from hooks.kube.objects import Obj, describe, labels_of

REMEMBERED = 1024
LONGEST_LABEL = 63
LONGEST_NAME = 253
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
SERVICE_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


def problems_with(child: Obj) -> Iterator[Problem]:
    """Yield what the API server would refuse about a child; paths are those of the child."""
    yield from _name(child)
    yield from _labels(child, labels_of(child))
    template = (child.get("spec") or {}).get("template")
    if template:
        yield from _labels(child, labels_of(template))
        yield from _mounts(child)


def _name(child: Obj) -> Iterator[Problem]:
    is_service = child["kind"] == "Service"
    pattern, longest = (SERVICE_NAME, LONGEST_LABEL) if is_service else (NAME, LONGEST_NAME)
    name = child["metadata"]["name"]
    if not pattern.fullmatch(name) or len(name) > longest:
        dots = "" if is_service else ", '.'"
        message = (
            f"must be at most {longest} lower case letters, digits, '-'{dots}: it is made from "
            "the resource's name"
        )
        yield Problem(f"the name of a {child['kind']}", message)


def _labels(child: Obj, labels: dict[str, str]) -> Iterator[Problem]:
    for label, value in labels.items():
        if not _is_label_value(value):
            message = f"must be at most {LONGEST_LABEL} letters, digits, '-', '_' and '.'"
            yield Problem(f"label {label} of {describe(child)}", message)


@lru_cache(maxsize=REMEMBERED)
def _is_label_value(value: str) -> bool:
    return len(value) <= LONGEST_LABEL and LABEL_VALUE.fullmatch(value) is not None


def _mounts(child: Obj) -> Iterator[Problem]:
    pod = pod_spec(child)
    volumes = [volume.get("name") for volume in pod.get("volumes") or []]
    mounts = [mount for each in pod["containers"] for mount in each.get("volumeMounts") or []]
    for name in _repeated(volumes):
        yield Problem(f"volume {name} of {describe(child)}", "is there twice; choose another name")
    for path in _repeated([mount.get("mountPath") for mount in mounts]):
        yield Problem(f"mount path {path} of {describe(child)}", "is used twice")
    mounted = {str(mount.get("name")) for mount in mounts}
    for name in sorted(mounted.difference(map(str, volumes))):
        yield Problem(f"volume {name} of {describe(child)}", "is mounted, but not there")


def _repeated(values: list[object]) -> list[str]:
    texts = list(map(str, values))
    if len(set(texts)) == len(texts):
        return []
    return sorted(text for text, count in Counter(texts).items() if count > 1)
