"""The controllers lead Metacontroller to the service, with what both know each other by."""

from urllib.parse import urlsplit

import pytest

from tests.unit.deploy.manifests import Obj, base, controllers

CONTROLLERS = {each["metadata"]["name"]: each for each in controllers()}
PLACE = "instana-agent"


@pytest.fixture(params=sorted(CONTROLLERS), name="spec")
def _spec(request: pytest.FixtureRequest) -> Obj:
    spec: Obj = CONTROLLERS[request.param]["spec"]
    return spec


def urls_of(spec: Obj) -> list[str]:
    return [hook["webhook"]["url"] for hook in spec["hooks"].values()]


def test_hooks_are_the_two_that_leave_no_finalizer(spec: Obj) -> None:
    assert set(spec["hooks"]) == {"sync", "customize"}


def test_urls_name_the_service(spec: Obj) -> None:
    service = base("Service")
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"

    assert {urlsplit(url)[:2] for url in urls_of(spec)} == {("https", host)}
    assert service["spec"]["ports"][0]["port"] == 443


def test_one_set_of_credentials_is_for_all_hooks(spec: Obj) -> None:
    (endpoint,) = spec["endpointConfigs"]

    assert {urlsplit(url).netloc for url in urls_of(spec)} == {endpoint["host"]}
    assert endpoint["caBundle"]["secretRef"] == {
        "name": "instana-agent-hooks-tls",
        "namespace": PLACE,
        "key": "ca.crt",
    }
    assert endpoint["authorization"] == {
        "type": "Bearer",
        "secretRef": {"name": "instana-agent-hooks-token", "namespace": PLACE, "key": "token"},
    }


def test_resources_are_looked_at_every_ten_minutes(spec: Obj) -> None:
    assert spec["resyncPeriodSeconds"] == 600


def test_own_status_leads_to_no_further_sync() -> None:
    parent = CONTROLLERS["instana-agent"]["spec"]["parentResource"]

    assert parent["ignoreStatusChanges"] is True
