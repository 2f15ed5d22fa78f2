"""Requests without what differs from one recording to the next: identifiers, times, random names.

The order of what is named stays: the status names the first of its kind.
"""

import re
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from tests.cluster.api import Obj

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LOOPBACK = re.compile(r"127\.0\.0\.1:\d+")
TOKEN_VOLUME = re.compile(r"kube-api-access-[a-z0-9]{5}\b")
STEADY = {"resourceVersion": "1000", "clusterIP": "10.96.0.10"}
STEADY_TIME = "2026-01-01T00:00:00Z"
STEADY_UUID = str(uuid5(NAMESPACE_URL, "recorded"))


def steady(request: Obj) -> Obj:
    """Return the request as it is kept."""
    text = orjson.dumps(request).decode()
    for name, steady_name in _names_of_pods(request).items():
        text = text.replace(name, steady_name)
    kept: Obj = steady_part(orjson.loads(text))
    if "controller" in kept:
        kept["controller"]["metadata"]["generation"] = 1
    return kept


def _names_of_pods(request: Obj) -> dict[str, str]:
    """Return numbers instead of the random ends of names, in the order of nodes and names."""
    pods = sorted(request.get("related", {}).get("Pod.v1", {}).values(), key=_place)
    return {
        pod["metadata"]["name"]: f"{pod['metadata']['generateName']}{number:05}"
        for number, pod in enumerate(pods, 1)
    }


def _place(pod: Obj) -> tuple[str, str]:
    return pod["spec"].get("nodeName", ""), pod["metadata"]["name"]


def steady_part(value: Any, name: str = "") -> Any:
    """Return a part of a request without times and identifiers."""
    if isinstance(value, dict):
        return {
            _text(key): STEADY[key] if key in STEADY and item != "None" else steady_part(item, key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        addresses = name == "clusterIPs" and value != ["None"]
        return [STEADY["clusterIP"]] if addresses else [steady_part(item) for item in value]
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    text = LOOPBACK.sub("service", TIME.sub(STEADY_TIME, text))
    return TOKEN_VOLUME.sub("kube-api-access-00000", UUID.sub(STEADY_UUID, text))
