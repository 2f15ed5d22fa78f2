"""The committed Kubernetes types are those that the API server publishes."""

import pytest

from hooks.definition.kubernetes_types import source
from hooks.kube import kinds
from tests.cluster.api import Api
from tests.cluster.kubernetes_types import recorded_kinds, recorded_types


def test_recorded_types_are_those_of_the_api_server(api: Api) -> None:
    published = recorded_types(api)
    if published["kubernetes"] != source()["kubernetes"]:
        pytest.skip(f"the API server is {published['kubernetes']}, another version than recorded")

    assert published == source()


def test_recorded_kinds_are_those_of_the_api_server(api: Api) -> None:
    published = recorded_kinds(api)
    if published["kubernetes"] != kinds.source()["kubernetes"]:
        pytest.skip(f"the API server is {published['kubernetes']}, another version than recorded")

    assert published == kinds.source()
