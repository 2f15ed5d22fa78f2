"""What the API server refuses for certain, found before anything is returned.

A child that is refused would be left behind while all others go ahead.
"""

import re
from collections import Counter
from collections.abc import Iterator

from hooks.desired.held import pod_spec
from hooks.errors import Problem
from hooks.kube.objects import Obj, describe, labels_of

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
        if len(value) > LONGEST_LABEL or not LABEL_VALUE.fullmatch(value):
            message = f"must be at most {LONGEST_LABEL} letters, digits, '-', '_' and '.'"
            yield Problem(f"label {label} of {describe(child)}", message)


def _mounts(child: Obj) -> Iterator[Problem]:
    pod = pod_spec(child)
    volumes = [volume.get("name") for volume in pod["volumes"]]
    mounts = [mount for each in pod["containers"] for mount in each["volumeMounts"]]
    for name in _repeated(volumes):
        yield Problem(f"volume {name} of {describe(child)}", "is there twice; choose another name")
    for path in _repeated([mount.get("mountPath") for mount in mounts]):
        yield Problem(f"mount path {path} of {describe(child)}", "is used twice")
    for name in sorted({str(mount.get("name")) for mount in mounts} - {str(v) for v in volumes}):
        yield Problem(f"volume {name} of {describe(child)}", "is mounted, but not there")


def _repeated(values: list[object]) -> list[str]:
    return sorted(str(value) for value, count in Counter(map(str, values)).items() if count > 1)
