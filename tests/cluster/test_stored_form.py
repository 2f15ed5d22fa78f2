"""What is returned is what the API server stores: it takes every child, and changes none."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooks.kube.objects import describe
from tests.cluster.api import Api, Obj
from tests.cluster.cases import CASES, NAMESPACE, rendered
from tests.unit.kube.dynamic_apply import merged

MANAGER = "metacontroller"


@pytest.fixture(name="place")
def _place(api: Api) -> Iterator[str]:
    """A namespace of its own, so that no child meets another one."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "stored-form"}}
    api.apply(namespace)
    yield "stored-form"
    for kind, version in (("DaemonSet", "apps/v1"), ("Deployment", "apps/v1")):
        for each in api.list(kind, version, "stored-form"):
            api.delete(each)


@pytest.mark.parametrize("case", CASES)
def test_children_are_stored_as_they_are_returned(case: str, api: Api, place: str) -> None:
    answer = rendered(case)

    assert answer.children
    for child in [*_elsewhere(answer.children, place), *answer.attachments]:
        stored = api.apply(child, MANAGER)
        again = api.apply(child, MANAGER)
        try:
            assert merged(stored, child, child) == stored, describe(child)
            assert _version(again) == _version(stored), describe(child)
        finally:
            api.delete(child)


def _version(stored: Obj) -> object:
    """Return what counts the changes of the object; a status that controllers write is none."""
    metadata = stored["metadata"]
    return metadata.get("generation", metadata["resourceVersion"])


def _elsewhere(children: list[Obj], place: str) -> list[Obj]:
    return [_moved(child, place) for child in children]


def _moved(child: Obj, place: str) -> Obj:
    """Return the child in another namespace; nothing else of it names its namespace."""
    metadata: dict[str, Any] = child["metadata"]
    assert metadata["namespace"] == NAMESPACE
    return child | {"metadata": metadata | {"namespace": place}}
