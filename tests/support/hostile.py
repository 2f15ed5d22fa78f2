"""Specs with a list or a text of a given length: what a resource costs must grow with it only.

Each is the worst of its kind that was found: all items refer to something of their own, or are
merged one by one, or have the same key.
"""

from collections.abc import Callable
from copy import deepcopy
from time import process_time

from hooks.kube.objects import Obj
from hooks.rules.bounds import MOST_FILES, MOST_SOURCES
from hooks.rules.configuration import read_text
from hooks.sync import sync
from hooks.wire import decode, encode
from tests.property.applying import by_server as applied_by_server
from tests.support import hook
from tests.support.resources import agent

DEEP = 100


def _pod(**fields: object) -> Obj:
    return {"agent": {"pod": fields}}


def _sensor_pod(**fields: object) -> Obj:
    return {"k8s_sensor": {"deployment": {"pod": fields}}}


def _patch(**pod: object) -> Obj:
    return {"overrides": {"agentDaemonSet": {"spec": {"template": {"spec": pod}}}}}


def _patched(**container: object) -> Obj:
    return _patch(containers=[{"name": "instana-agent", **container}])


def _of_secret(index: int) -> Obj:
    return {
        "name": f"V{index}",
        "valueFrom": {"secretKeyRef": {"name": f"secret-{index}", "key": "key"}},
    }


def _nodes(index: int) -> Obj:
    values = {"key": "pool", "operator": "In", "values": [f"pool-{index}"]}
    return {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [values]}]
            }
        }
    }


def _backend(index: int) -> Obj:
    return {
        "endpointHost": f"backend-{index}.example",
        "endpointPort": "443",
        "keySecretKeyRef": {"name": f"secret-{index}", "key": "key"},
    }


def _entries(size: int) -> dict[str, str]:
    return {f"name-{index}": "x" for index in range(size)}


def _texts(size: int) -> list[str]:
    return [f"text-{index}" for index in range(size)]


def _source(index: int) -> Obj:
    return {"secret": {"name": f"s{index}", "items": [{"key": "key", "path": f"path-{index}"}]}}


def _projected(size: int) -> list[Obj]:
    """Return volumes with that many sources in all, each with as many as there may be."""
    return [
        {"name": f"v{start}", "projected": {"sources": [*map(_source, range(start, end))]}}
        for start, end in _groups(size, MOST_SOURCES)
    ]


def _with_items(size: int) -> list[Obj]:
    """Return volumes with that many entries in all, each with as many as there may be."""
    return [
        {
            "name": f"v{start}",
            "secret": {
                "secretName": f"s{start}",
                "items": [{"key": f"k{each}", "path": f"p{each}"} for each in range(start, end)],
            },
        }
        for start, end in _groups(size, MOST_FILES)
    ]


def _groups(size: int, most: int) -> list[tuple[int, int]]:
    return [(start, min(start + most, size)) for start in range(0, size, most)]


GROWING: dict[str, tuple[int, Callable[[int], Obj]]] = {
    "overrides: env": (
        5500,
        lambda size: _patched(env=[{"name": f"V{index}", "value": "x"} for index in range(size)]),
    ),
    "overrides: mounts": (
        5500,
        lambda size: _patched(
            volumeMounts=[{"name": "run", "mountPath": f"/m{index}"} for index in range(size)]
        ),
    ),
    "overrides: volumes": (
        5500,
        lambda size: _patch(
            volumes=[{"name": f"v{index}", "emptyDir": {}} for index in range(size)]
        ),
    ),
    "overrides: containers": (
        5500,
        lambda size: _patch(
            containers=[{"name": f"c{index}", "image": "a:1"} for index in range(size)]
        ),
    ),
    "overrides: unknown fields": (
        8000,
        lambda size: {"overrides": {"agentService": _entries(size)}},
    ),
    "overrides: texts": (22_000, lambda size: _patched(args=_texts(size))),
    "env of Secrets": (1024, lambda size: _pod(env=[_of_secret(index) for index in range(size)])),
    "env": (
        1024,
        lambda size: _pod(env=[{"name": f"V{index}", "value": "x"} for index in range(size)]),
    ),
    "env of one name": (1024, lambda size: _pod(env=[{"name": "V", "value": "x"}] * size)),
    "agent.env": (
        1024,
        lambda size: {"agent": {"env": {f"V{index}": "x" for index in range(size)}}},
    ),
    "sensor's env of Secrets": (
        1024,
        lambda size: _sensor_pod(env=[_of_secret(index) for index in range(size)]),
    ),
    "volumes": (
        256,
        lambda size: _pod(
            volumes=[
                {"name": f"v{index}", "secret": {"secretName": f"secret-{index}"}}
                for index in range(size)
            ]
        ),
    ),
    "sources of projected volumes": (
        3300,
        lambda size: _pod(volumes=_projected(size)),
    ),
    "sensor's sources of projected volumes": (
        3300,
        lambda size: _sensor_pod(volumes=_projected(size)),
    ),
    "items of volumes": (
        16_000,
        lambda size: _pod(volumes=_with_items(size)),
    ),
    "overrides: ports of a Service": (
        5500,
        lambda size: {
            "overrides": {
                "agentService": {
                    "spec": {"ports": [{"name": f"p{port}", "port": port} for port in range(size)]}
                }
            }
        },
    ),
    "overrides: annotations of a Service": (
        11_000,
        lambda size: {"overrides": {"agentService": {"metadata": {"annotations": _entries(size)}}}},
    ),
    "overrides: pull Secrets of an account": (
        11_000,
        lambda size: {
            "overrides": {
                "agentServiceAccount": {
                    "imagePullSecrets": [{"name": each} for each in _texts(size)]
                }
            }
        },
    ),
    "items that are no zones": (700_000, lambda size: {"zones": [1] * size}),
    "variables that are no texts": (
        60_000,
        lambda size: {"agent": {"env": {f"V{index}": 1 for index in range(size)}}},
    ),
    "mounts of a missing Secret": (
        128,
        lambda size: _pod(
            volumes=[{"name": "v", "secret": {"secretName": "secret"}}],
            volumeMounts=[{"name": "v", "mountPath": f"/m{index}"} for index in range(size)],
        ),
    ),
    "tolerations": (
        256,
        lambda size: _pod(
            tolerations=[{"key": f"k{index}", "operator": "Exists"} for index in range(size)]
        ),
    ),
    "labels": (256, lambda size: _pod(labels=_entries(size))),
    "annotations": (256, lambda size: _pod(annotations=_entries(size))),
    "terms of an affinity": (
        4400,
        lambda size: _pod(
            affinity={
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {"matchExpressions": [{"key": f"k{index}", "operator": "Exists"}]}
                            for index in range(size)
                        ]
                    }
                }
            }
        ),
    ),
    "zones": (
        128,
        lambda size: {
            "zones": [{"name": f"z{index}", "affinity": _nodes(index)} for index in range(size)]
        },
    ),
    "variables in each zone": (
        1000,
        lambda size: {
            "zones": [{"name": f"z{index}"} for index in range(100)],
            "agent": {"env": _entries(size)},
        },
    ),
    "backends": (
        64,
        lambda size: {"agent": {"additionalBackends": [_backend(index) for index in range(size)]}},
    ),
    "configuration: list": (44_000, lambda size: {"agent": {"configuration": {"a": _texts(size)}}}),
    "configuration: lists in lists": (
        49_000,
        lambda size: {"agent": {"configuration": {"a": [[[[[[]]]]]] * (size // 5)}}},
    ),
    "configuration: entries": (24000, lambda size: {"agent": {"configuration": _entries(size)}}),
    "configuration_yaml: items": (
        130000,
        lambda size: {"agent": {"configuration_yaml": "- a\n" * size}},
    ),
    "configuration_yaml: directives": (
        25000,
        lambda size: {
            "agent": {
                "configuration_yaml": "".join(f"%TAG !{index}! b\n" for index in range(size))
                + "--- 1\n"
            }
        },
    ),
    "configuration_yaml: levels": (
        400000,
        lambda size: {"agent": {"configuration_yaml": "a: " + "[" * size}},
    ),
    "configuration_yaml: items below others": (
        60000,
        lambda size: {
            "agent": {"configuration_yaml": "[" * DEEP + "\n" + "[],\n" * size + "]" * DEEP}
        },
    ),
}
"""By what grows: the most that is taken, nearly, and the spec of a size."""


SITUATIONS = ("at first", "at rest", "changed", "by server")


def bodies(spec: Obj) -> list[bytes]:
    """Return the requests with a resource in each of the situations.

    With all variables changed is the third; the last has children of server-side apply.
    """
    parent = agent(spec)
    first = hook.request(parent)
    answered = sync(first, hook.FACTS, hook.NOW)
    made = deepcopy(answered["children"])
    at_rest = hook.request(parent, observed=hook.stored(answered))
    changed = decode(encode(at_rest))
    for workload in changed["children"]["DaemonSet.apps/v1"].values():
        for container in workload["spec"]["template"]["spec"]["containers"]:
            for variable in container.get("env", ()):
                variable["value"] = "changed"
                variable.pop("valueFrom", None)
    by_server = hook.request(parent, observed=[applied_by_server(None, each) for each in made])
    return [encode(each) for each in (first, at_rest, changed, by_server)]


def seconds(body: bytes) -> float:
    """Return the processor time of a call, bytes to bytes, whose texts nobody has read before."""
    read_text.cache_clear()
    started = process_time()
    encode(sync(decode(body), hook.FACTS, hook.NOW))
    return process_time() - started
