"""The committed Kubernetes types are those that the API server publishes."""

from hooks.generate.crd.kubernetes_types import source
from hooks.kube import kinds
from tests.cluster.api import Api
from tests.cluster.kubernetes_types import recorded_kinds, recorded_types
from tests.support.tools import skip_without


def test_recorded_types_are_those_of_the_api_server(api: Api) -> None:
    published = recorded_types(api)
    if published["kubernetes"] != source()["kubernetes"]:
        skip_without("kubernetes-as-recorded")

    assert published == source()


def test_recorded_kinds_are_those_of_the_api_server(api: Api) -> None:
    published = recorded_kinds(api)
    if published["kubernetes"] != kinds.source()["kubernetes"]:
        skip_without("kubernetes-as-recorded")

    assert published == kinds.source()
