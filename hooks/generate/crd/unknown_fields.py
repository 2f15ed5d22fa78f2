"""The message for a field that the resource does not have, with the one that was probably meant."""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from functools import cache
from itertools import takewhile
from typing import Final

from hooks.generate.crd.definition import schema
from hooks.generate.crd.former_values import nested, of_chart
from hooks.kube.objects import Obj

NOT_A_FIELD: Final = "is not a field of the resource: fix its name or its place"
LONGEST_COMPARED: Final = 64
MOST_STEPS: Final = 3
"""A field that is further away is unlikely to be the one that was meant."""

INDEX: Final = re.compile(r"\[[^\]]*\]")
OTHER_CHARACTERS: Final = re.compile(r"[^a-z0-9]")

V1BETA1: Final = {
    "agent.cpuLimit": "spec.agent.pod.limits.cpu",
    "agent.cpuReq": "spec.agent.pod.requests.cpu",
    "agent.downloadKey": "spec.agent.downloadKey",
    "agent.endpoint.host": "spec.agent.endpointHost",
    "agent.endpoint.port": "spec.agent.endpointPort",
    "agent.env": "spec.agent.env",
    "agent.image": "spec.agent.image.name",
    "agent.imagePullPolicy": "spec.agent.image.pullPolicy",
    "agent.key": "spec.agent.key",
    "agent.memLimit": "spec.agent.pod.limits.memory",
    "agent.memReq": "spec.agent.pod.requests.memory",
    "agent.zone.name": "spec.zone.name",
    "cluster.name": "spec.cluster.name",
    "config.files": "spec.agent.configuration_yaml",
    "opentelemetry.enabled": "spec.opentelemetry",
}
"""Fields of the first version of the resource, whose names had dots, and what replaces them."""

OTHER_NAMES: Final = {
    "agentKey": "spec.agent.key",
    "clusterName": "spec.cluster.name",
    "zoneName": "spec.zone.name",
    "spec.agent.endpoint": "spec.agent.endpointHost and spec.agent.endpointPort",
    "spec.agent.image.repository": "spec.agent.image.name",
    "spec.agent.pod.resources": "spec.agent.pod.requests and spec.agent.pod.limits",
    "spec.agent.resources": "spec.agent.pod.requests and spec.agent.pod.limits",
    "spec.k8s_sensor.deployment.pod.resources": (
        "spec.k8s_sensor.deployment.pod.requests and spec.k8s_sensor.deployment.pod.limits"
    ),
    "spec.k8s_sensor.image.repository": "spec.k8s_sensor.image.name",
}
"""What other charts and older guides call a field, at a place or anywhere, and its name here."""


def unknown_field(name: str, path: str, of: Obj) -> str:
    """Return the message for a field of the object at a path, whose schema is `of`."""
    if name in V1BETA1:
        return f"{NOT_A_FIELD}; since instana.io/v1 it is {V1BETA1[name]}"
    if len(name) > LONGEST_COMPARED:
        return NOT_A_FIELD
    if instead := of_chart(name, path) or nested(name, path, of):
        return f"{NOT_A_FIELD}; {instead}"
    meant = _meant(name, path, of.get("properties", {}))
    return f"{NOT_A_FIELD}; did you mean {meant}?" if meant else NOT_A_FIELD


def _meant(name: str, path: str, known: Collection[str]) -> str:
    """Return the field that was meant: one with the same letters first, here or elsewhere."""
    other = OTHER_NAMES.get(f"{path}.{name}") or OTHER_NAMES.get(name)
    here = [field for field in known if _letters(field) == _letters(name)]
    close = here or get_close_matches(name, known, n=1)
    elsewhere = "" if here else _elsewhere(name, path)
    return other or elsewhere or (close[0] if close else "")


def _elsewhere(name: str, path: str) -> str:
    """Return the path of the only nearby field of that name, in the same lists."""
    here = INDEX.sub("[]", path).split(".")
    ranked = sorted((_distance(other.split("."), here), other) for other in _paths().get(name, ()))
    near = [(steps, other) for steps, other in ranked if sum(steps) <= MOST_STEPS]
    is_alone = len(near) == 1 or (len(near) > 1 and near[0][0] < near[1][0])
    return near[0][1] if is_alone else ""


def _distance(steps: list[str], here: list[str]) -> tuple[int, int]:
    """Return the steps down to a field from the last common part, and the steps up to that part."""
    common = sum(1 for _ in takewhile(_is_same, zip(steps, here, strict=False)))
    down, up = steps[common:], here[common:]
    is_in_list = any("[" in step for step in (*down, *up))
    return (MOST_STEPS + 1 if is_in_list else len(down)), len(up)


def _is_same(two: tuple[str, str]) -> bool:
    return two[0] == two[1]


@cache
def _paths() -> dict[str, list[str]]:
    """Return the paths of all fields of the resource by their names."""
    found: dict[str, list[str]] = {}
    for name, path in _fields_of(schema()["properties"]["spec"], "spec"):
        found.setdefault(name, []).append(path)
    return found


def _fields_of(of: Obj, path: str) -> Iterator[tuple[str, str]]:
    for name, part in of.get("properties", {}).items():
        yield name, f"{path}.{name}"
        yield from _fields_of(part, f"{path}.{name}")
    for part, step in ((of.get("items"), "[]"), (of.get("additionalProperties"), "{}")):
        if isinstance(part, dict):
            yield from _fields_of(part, f"{path}{step}")


def _letters(name: str) -> str:
    return OTHER_CHARACTERS.sub("", name.lower())
