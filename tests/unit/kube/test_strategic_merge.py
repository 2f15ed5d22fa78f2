"""A patch does what `kubectl patch --type=strategic` makes of it."""

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hooks.kube.kinds import structure_of
from hooks.kube.objects import Obj
from hooks.kube.strategic_merge import strategic_merge
from tests.support.tools import needs

DAEMON_SET: Obj = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "a", "namespace": "n", "labels": {"a": "b", "c": "d"}},
    "spec": {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {
                "containers": [
                    {
                        "name": "one",
                        "image": "i",
                        "args": ["x", "y"],
                        "env": [
                            {"name": "A", "value": "1"},
                            {"name": "B", "value": "2"},
                            {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                        ],
                        "ports": [
                            {"containerPort": 1, "name": "p1", "protocol": "TCP"},
                            {"containerPort": 2, "name": "p2", "protocol": "TCP"},
                        ],
                        "volumeMounts": [
                            {"name": "v", "mountPath": "/v"},
                            {"name": "v", "mountPath": "/w"},
                        ],
                        "resources": {"limits": {"cpu": "1"}},
                        "livenessProbe": {"httpGet": {"path": "/", "port": 1}, "periodSeconds": 5},
                    },
                    {"name": "two", "image": "j"},
                ],
                "tolerations": [{"operator": "Exists"}],
                "imagePullSecrets": [{"name": "s"}],
                "nodeSelector": {"os": "linux"},
                "hostAliases": [{"ip": "127.0.0.1", "hostnames": ["a"]}],
                "topologySpreadConstraints": [
                    {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
                ],
                "volumes": [
                    {"name": "v", "emptyDir": {}},
                    {"name": "w", "hostPath": {"path": "/w"}},
                ],
            },
        },
    },
}
SERVICE: Obj = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "a", "namespace": "n"},
    "spec": {
        "ports": [
            {"name": "p1", "port": 1, "protocol": "TCP", "targetPort": 1},
            {"name": "p2", "port": 2, "protocol": "TCP", "targetPort": 2},
        ],
        "selector": {"a": "b"},
    },
}
ACCOUNT: Obj = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": "a", "namespace": "n"},
    "imagePullSecrets": [{"name": "s"}],
    "secrets": [{"name": "t"}],
}
DEPLOYMENT: Obj = {
    **deepcopy(DAEMON_SET),
    "kind": "Deployment",
    "spec": {
        **deepcopy(DAEMON_SET["spec"]),
        "replicas": 3,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
    },
}
OBJECTS = {obj["kind"]: obj for obj in (DAEMON_SET, DEPLOYMENT, SERVICE, ACCOUNT)}


def pod(**fields: Any) -> Obj:
    return {"spec": {"template": {"spec": fields}}}


def container(**fields: Any) -> Obj:
    return pod(containers=[{"name": "one", **fields}])


GONE = {"$patch": "delete"}
INSTEAD = {"$patch": "replace"}
PATCHES: dict[str, tuple[str, Obj]] = {
    "nothing": ("DaemonSet", {}),
    "label": ("DaemonSet", {"metadata": {"labels": {"e": "f", "a": None}}}),
    "annotation": ("DaemonSet", {"metadata": {"annotations": {"a": "b", "c": None}}}),
    "scalar": ("DaemonSet", {"spec": {"minReadySeconds": 5}}),
    "no such scalar": ("DaemonSet", {"spec": {"minReadySeconds": None}}),
    "image": ("DaemonSet", container(image="k")),
    "sidecar": ("DaemonSet", pod(containers=[{"name": "three", "image": "l"}])),
    "between": ("DaemonSet", pod(containers=[{"name": "3"}, {"name": "two"}, {"name": "4"}])),
    "reversed": ("DaemonSet", pod(containers=[{"name": "two"}, {"name": "one"}])),
    "init": ("DaemonSet", pod(initContainers=[{"name": "first", "image": "i", "env": []}])),
    "no container": ("DaemonSet", pod(containers=[{"name": "one", **GONE}])),
    "only container": ("DaemonSet", pod(containers=[INSTEAD, {"name": "x", "image": "y"}])),
    "args": ("DaemonSet", container(args=["z"])),
    "no args": ("DaemonSet", container(args=None)),
    "env": ("DaemonSet", container(env=[{"name": "D", "value": "4"}, {"name": "B", **GONE}])),
    "env instead": ("DaemonSet", container(env=[{"name": "A", "value": None, "valueFrom": {}}])),
    "all env": ("DaemonSet", container(env=[INSTEAD, {"name": "Z", "value": "z"}])),
    "no env": ("DaemonSet", container(env=[INSTEAD])),
    "env of nothing": (
        "DaemonSet",
        pod(containers=[{"name": "two", "env": [{"name": "A", **GONE}, {"name": "B"}]}]),
    ),
    "ports": ("DaemonSet", container(ports=[{"containerPort": 3}, {"containerPort": 2, **GONE}])),
    "mounts": ("DaemonSet", container(volumeMounts=[{"mountPath": "/w", "readOnly": True}])),
    "limits": ("DaemonSet", container(resources={"limits": {"memory": "1Gi", "cpu": None}})),
    "only limits": ("DaemonSet", container(resources={"limits": {"memory": "1", **INSTEAD}})),
    "probe": ("DaemonSet", container(livenessProbe={"periodSeconds": 7})),
    "empty probe": ("DaemonSet", container(livenessProbe=GONE)),
    "other probe": ("DaemonSet", container(livenessProbe={"exec": {"command": ["a"]}, **INSTEAD})),
    "no probe": ("DaemonSet", container(livenessProbe=None)),
    "tolerations": ("DaemonSet", pod(tolerations=[{"key": "a", "operator": "Exists"}])),
    "pull Secrets": ("DaemonSet", pod(imagePullSecrets=[{"name": "t"}])),
    "nodes": ("DaemonSet", pod(nodeSelector={"a": "b"})),
    "only nodes": ("DaemonSet", pod(nodeSelector={"a": "b", **INSTEAD})),
    "no nodes": ("DaemonSet", pod(nodeSelector=None)),
    "hosts": ("DaemonSet", pod(hostAliases=[{"ip": "127.0.0.1", "hostnames": ["b"]}])),
    "spread": ("DaemonSet", pod(topologySpreadConstraints=[{"topologyKey": "zone", "maxSkew": 2}])),
    "volume": (
        "DaemonSet",
        pod(volumes=[{"name": "v", "emptyDir": None, "hostPath": {"path": "/"}}]),
    ),
    "volumes": (
        "DaemonSet",
        pod(volumes=[{"name": "u", "configMap": {"name": "c"}}, {"name": "w", **GONE}]),
    ),
    "security": ("DaemonSet", pod(securityContext={"runAsUser": 1, "fsGroup": None})),
    "affinity": ("DaemonSet", pod(affinity={"nodeAffinity": {"a": None}})),
    "spec": ("DaemonSet", {"spec": {"template": {"spec": {"containers": [], **INSTEAD}}}}),
    "sensor": (
        "Deployment",
        {"spec": {"replicas": 1, "strategy": {"type": "Recreate", "rollingUpdate": None}}},
    ),
    "service": (
        "Service",
        {"spec": {"type": "NodePort", "ports": [{"port": 2, "nodePort": 30000}]}},
    ),
    "service port": (
        "Service",
        {"spec": {"ports": [{"port": 3, "name": "p3"}, {"port": 1, **GONE}]}},
    ),
    "account": (
        "ServiceAccount",
        {"imagePullSecrets": [{"name": "x"}], "secrets": [{"name": "y"}]},
    ),
}


def by_kubectl(original: Obj, patch: Obj, folder: Path) -> Obj:
    """Return what kubectl makes of it, as the API server would then decode it: without nulls."""
    file = folder / "object.json"
    file.write_text(json.dumps(original))
    done = subprocess.run(
        ["kubectl", "patch", "--local", "--type=strategic", "-o", "json", "-f", str(file),
         "-p", json.dumps(patch)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: Obj = without_nulls(json.loads(done.stdout))
    return found


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def merged(kind: str, patch: Obj) -> Obj:
    before = deepcopy(OBJECTS[kind]), deepcopy(patch)
    result = strategic_merge(OBJECTS[kind], patch, structure_of(kind))
    assert (OBJECTS[kind], patch) == before
    return result


@needs("kubectl")
@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_does_what_kubectl_does(name: str, tmp_path: Path) -> None:
    kind, patch = PATCHES[name]

    assert merged(kind, patch) == by_kubectl(OBJECTS[kind], patch, tmp_path)


NAMES = st.sampled_from(["one", "two", "three", "v", "w", "A", "B", "C", "D"])
TEXTS = st.none() | st.sampled_from(["", "x"])


def named(fields: dict[str, st.SearchStrategy[Any]], key: str = "name") -> st.SearchStrategy[Any]:
    """Draw a patch to a list that is merged by a key: each key once."""
    item = st.fixed_dictionaries({key: NAMES}, optional=fields)
    gone = st.fixed_dictionaries({key: NAMES, "$patch": st.just("delete")})
    listed = st.lists(item | gone, max_size=4, unique_by=lambda item: str(item[key]))
    return st.none() | listed | listed.map(lambda items: [dict(INSTEAD), *items])


STRINGS = st.dictionaries(st.sampled_from(["a", "c", "e"]), TEXTS, max_size=3)
CONTAINERS = named(
    {
        "image": TEXTS,
        "args": st.none() | st.lists(st.sampled_from(["x", "z"]), max_size=2),
        "env": named({"value": TEXTS}),
        "volumeMounts": named({"name": NAMES, "readOnly": st.booleans()}, key="mountPath"),
        "resources": st.none() | st.fixed_dictionaries({"limits": STRINGS}),
    }
)
PODS = st.fixed_dictionaries(
    {},
    optional={
        "containers": CONTAINERS,
        "volumes": named({"emptyDir": st.sampled_from([None, {}])}),
        "nodeSelector": st.none() | STRINGS,
        "tolerations": st.none() | st.lists(st.fixed_dictionaries({"key": NAMES}), max_size=2),
        "dnsPolicy": TEXTS,
    },
)


@needs("kubectl")
@given(PODS, STRINGS)
def test_any_patch_does_what_kubectl_does(
    tmp_path_factory: pytest.TempPathFactory, spec: Obj, labels: Obj
) -> None:
    patch = {"metadata": {"labels": labels}, "spec": {"template": {"spec": spec}}}

    expected = by_kubectl(DAEMON_SET, patch, tmp_path_factory.getbasetemp())
    assume("$patch" not in json.dumps(expected))  # It follows none in an item that is new.

    assert merged("DaemonSet", patch) == expected


def test_what_is_not_there_takes_the_plain_part_of_the_patch() -> None:
    patch = pod(initContainers=[{"name": "a", "image": None}, {"name": "b", **GONE}])

    assert merged("DaemonSet", patch)["spec"]["template"]["spec"]["initContainers"] == [
        {"name": "a"}
    ]
