"""What a pod's spec has, and what it names: also where a user wrote something else there."""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.kube.pods import containers_of, named_by, secret_entries_of, sources_of


def test_a_pod_names_these_objects() -> None:
    sources = [{"secret": {"name": "source"}}, {"configMap": {"name": "source"}}]
    pod = {
        "serviceAccountName": "account",
        "imagePullSecrets": [{"name": "registry"}],
        "volumes": [
            {"name": "a", "secret": {"secretName": "volume"}},
            {"name": "b", "configMap": {"name": "volume"}},
            {"name": "c", "persistentVolumeClaim": {"claimName": "claim"}},
            {"name": "d", "projected": {"sources": sources}},
            {"name": "e", "hostPath": {"path": "/e"}},
            {"name": "f", "csi": {"driver": "d", "nodePublishSecretRef": {"name": "driver"}}},
            {"name": "g", "flexVolume": {"driver": "d", "secretRef": {"name": "flex"}}},
        ],
        "initContainers": [
            {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "before", "key": "k"}}}]}
        ],
        "containers": [
            {
                "env": [
                    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "variable", "key": "k"}}},
                    {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "variable"}}},
                    {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                ],
                "envFrom": [{"secretRef": {"name": "all"}}, {"configMapRef": {"name": "all"}}],
            }
        ],
    }

    assert sorted(named_by(pod)) == [
        ("ConfigMap", "all"),
        ("ConfigMap", "source"),
        ("ConfigMap", "variable"),
        ("ConfigMap", "volume"),
        ("PersistentVolumeClaim", "claim"),
        ("Secret", "all"),
        ("Secret", "before"),
        ("Secret", "driver"),
        ("Secret", "flex"),
        ("Secret", "registry"),
        ("Secret", "source"),
        ("Secret", "variable"),
        ("Secret", "volume"),
        ("ServiceAccount", "account"),
    ]


def test_a_pod_names_single_entries_of_secrets() -> None:
    item = {"key": "entry", "path": "file"}
    projected = {"sources": [{"secret": {"name": "source", "items": [item]}}]}
    reference = {"secretKeyRef": {"name": "variable", "key": "entry"}}
    pod = {
        "volumes": [
            {"name": "a", "secret": {"secretName": "volume", "items": [item]}},
            {"name": "b", "secret": {"secretName": "all entries"}},
            {"name": "c", "projected": projected},
        ],
        "initContainers": [{"env": [{"name": "A", "valueFrom": reference}]}],
    }

    found = {entry for entry in secret_entries_of(pod) if any(entry)}

    assert found == {("volume", "entry"), ("source", "entry"), ("variable", "entry")}


def test_containers_are_in_the_order_in_which_they_start() -> None:
    pod = {"containers": [{"name": "main"}], "initContainers": [{"name": "first"}]}

    assert containers_of(pod) == [{"name": "first"}, {"name": "main"}]


def test_a_volume_may_have_several_sources() -> None:
    secret: Obj = {"name": "a", "secret": {"secretName": "x"}}
    projected: Obj = {"name": "b", "projected": {"sources": [{"secret": {"name": "y"}}]}}

    assert sources_of(secret) == [secret]
    assert sources_of(projected) == [projected, {"secret": {"name": "y"}}]


@pytest.mark.parametrize("odd", [None, "text", 1, [], {}, ["text"], [None], [{"env": "text"}]])
@pytest.mark.parametrize(
    "field", ["volumes", "containers", "initContainers", "imagePullSecrets", "serviceAccountName"]
)
def test_what_is_of_another_type_names_nothing(field: str, odd: Any) -> None:
    name = odd if field == "serviceAccountName" and isinstance(odd, str) else ""

    named = set(named_by({field: odd}))

    assert named - {("Secret", "")} == {("ServiceAccount", name)}
    assert not any(map(any, secret_entries_of({field: odd})))
