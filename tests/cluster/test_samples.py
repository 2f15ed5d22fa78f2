"""The samples on a real API server: taken as they are, and their children stored as returned."""

from collections.abc import Iterator

import pytest

from hooks.kube.containment import contains
from hooks.kube.objects import Obj, describe
from tests.cluster.api import Api, wait_for
from tests.cluster.metacontroller import definition
from tests.cluster.samples import SAMPLES, rendered, sample
from tests.unit.kube.dynamic_apply import merged

MANAGER = "metacontroller"
PLACE = "samples"


@pytest.fixture(scope="module", name="cluster")
def _cluster(api: Api) -> Api:
    """The API server with a namespace for samples, which knows Certificates."""
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PLACE}})
    certificates = definition("cert-manager.io", "v1", "Certificate", "certificates", "Namespaced")
    api.apply(certificates)
    url = f"{api.server}/apis/cert-manager.io/v1/certificates"
    wait_for(lambda: api.session.get(url).ok, "the API server knows Certificates")
    return api


@pytest.fixture(params=SAMPLES, name="child")
def _child(request: pytest.FixtureRequest, cluster: Api) -> Iterator[list[Obj]]:
    children = [_moved(each) for each in rendered(request.param).children]
    yield children
    for each in children:
        cluster.delete(each)


@pytest.mark.parametrize("name", SAMPLES)
def test_definition_takes_the_sample(name: str, api: Api) -> None:
    stored = api.apply(sample(name))
    api.delete(stored)

    assert contains(stored["spec"], sample(name)["spec"])


def test_children_are_stored_as_they_are_returned(child: list[Obj], cluster: Api) -> None:
    assert child
    for each in child:
        stored = cluster.apply(each, MANAGER)
        again = cluster.apply(each, MANAGER)

        assert merged(stored, each, each) == stored, describe(each)
        assert _version(again) == _version(stored), describe(each)


def _version(stored: Obj) -> object:
    """Return what counts the changes of the object; what controllers write of it is none."""
    metadata = stored["metadata"]
    if stored["kind"] == "PersistentVolumeClaim":  # gets a finalizer and a status at any time
        return stored["spec"]
    return metadata.get("generation", metadata["resourceVersion"])


def _moved(child: Obj) -> Obj:
    return child | {"metadata": child["metadata"] | {"namespace": PLACE}}
