"""The committed Kubernetes types are those that the API server publishes."""

from hooks.kube.kinds import source
from tests.cluster.api import Api
from tests.cluster.kubernetes_types import recorded
from tests.support.tools import skip_without


def test_recorded_types_are_those_of_the_api_server(api: Api) -> None:
    published = recorded(api)
    if published["kubernetes"] != source()["kubernetes"]:
        skip_without("kubernetes-as-recorded")

    assert published == source()
