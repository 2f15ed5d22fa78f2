"""Every child is one that Metacontroller takes and that the API server stores as it is."""

from collections.abc import Iterator
from typing import Any

from hypothesis import assume, given

from hooks.kube.objects import Obj
from hooks.rules import parse_agent
from tests.property import applying, clusters, specs
from tests.property.clusters import Situation

MAPS_OF_TEXT = {"annotations", "data", "labels", "matchLabels", "nodeSelector", "volumeAttributes"}
STORED_EMPTY = {
    "affinity", "emptyDir", "labelSelector", "namespaceSelector", "nodeAffinity", "podAffinity",
    "podAntiAffinity", "preference", "service", "type", "values[]",
}  # fmt: skip
"""Pointers, required fields and items, which the API server keeps even when they are empty."""


@given(clusters.running(complete=False) | clusters.fresh(complete=False))
def test_children_are_in_the_namespace_and_carry_the_labels(situation: Situation) -> None:
    children = situation.answer()["children"]

    assert children
    for child in children:
        labels = child["metadata"]["labels"]
        assert child["metadata"]["namespace"] == specs.NAMESPACE
        assert labels["app.kubernetes.io/managed-by"] == "instana-agent-operator"
        assert labels["app.kubernetes.io/component"] in {"instana-agent", "k8sensor"}
        assert f"{child['kind']}.{child['apiVersion']}" in applying.CHILD_KINDS


@given(
    clusters.running(specs.broken_specs() | specs.valid_specs(), complete=False)
    | clusters.fresh(specs.broken_specs(), complete=False)
)
def test_children_are_distinct_and_carry_nothing_of_the_server(situation: Situation) -> None:
    children = situation.answer()["children"]

    assert len(clusters.identities(children)) == len(children)
    for child in children:
        assert "status" not in child
        assert child["metadata"].keys() <= {"annotations", "labels", "name", "namespace"}


@given(clusters.running(complete=False) | clusters.fresh(complete=False))
def test_children_hold_nothing_empty_that_is_not_stored(situation: Situation) -> None:
    children = situation.answer()["children"]

    assert children
    assert [name for child in children for name in _empty("", child)] == []


@given(clusters.running(complete=False) | clusters.fresh(complete=False))
def test_lists_name_nothing_twice_and_mounts_have_their_volumes(situation: Situation) -> None:
    children = situation.answer()["children"]

    assert children
    for child in children:
        spec = child.get("spec", {})
        _is_distinct(spec.get("ports", []), "name", "port")
        pod = spec.get("template", {}).get("spec", {})
        _is_distinct(pod.get("volumes", []), "name")
        _is_distinct(pod.get("imagePullSecrets", []), "name")
        for container in pod.get("containers", []):
            _is_distinct(container.get("env", []), "name")
            _is_distinct(container.get("ports", []), "name", "containerPort")
            mounts = container.get("volumeMounts", [])
            _is_distinct(mounts, "mountPath")
            mounted = {mount["name"] for mount in mounts}
            assert mounted <= {volume["name"] for volume in pod["volumes"]}


@given(clusters.fresh())
def test_what_pods_read_is_there(situation: Situation) -> None:
    """With nothing missing, pods refer to the Secrets of the resource or of the user only."""
    children = situation.answer()["children"]
    agent = parse_agent(situation.parent)
    own = {each["metadata"]["name"]: each for each in children if each["kind"] == "Secret"}
    theirs = {agent.spec.agent.keys_secret, "env-secret", "env-optional"}
    references = [each for child in children for each in _secret_keys(child)]
    assume(references)

    assert [
        each
        for each in references
        if each["key"] not in own.get(each["name"], {}).get("data", ())
        and each["key"] not in specs.OWN_NAMES.get(each["name"], ())
        and each["name"] not in theirs
        and not each.get("optional")
    ] == []


def _secret_keys(value: Any) -> Iterator[Obj]:
    if isinstance(value, dict):
        if "secretKeyRef" in value:
            yield value["secretKeyRef"]
        for part in value.values():
            yield from _secret_keys(part)
    elif isinstance(value, list):
        for part in value:
            yield from _secret_keys(part)


def _is_distinct(items: list[Obj], *fields: str) -> None:
    for field in fields:
        values = [item[field] for item in items]
        assert len(values) == len(set(values))


def _empty(name: str, value: Any) -> Iterator[str]:
    """Yield the names of the fields that hold nothing, where nothing is not stored."""
    if value is None or (value in ("", [], {}) and name not in STORED_EMPTY):
        yield name
    elif isinstance(value, dict):
        for field, part in value.items():
            if name not in MAPS_OF_TEXT or part is None:
                yield from _empty(field, part)
    elif isinstance(value, list):
        for part in value:
            yield from _empty(f"{name}[]", part)
