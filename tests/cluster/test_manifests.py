"""The manifests on a real API server: it takes them all, and warns of nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.metacontroller import definition, know_kinds
from tests.support.kustomize import (
    COMPONENTS,
    OVERLAYS,
    build,
    checkout,
    find,
    installation,
    kubectl,
    make_credentials,
)
from tests.support.tools import needs

pytestmark = [
    needs("kubectl"),
    needs("openssl"),
]

RESTRICTED = "restricted-pods"
OWN_NAMESPACE = "instana-agent-hooks"
"""That of the service with the component own-namespace; a dry run makes none."""

STAND_INS = {
    "cert-manager.io": (("Issuer", "issuers"), ("Certificate", "certificates")),
    "monitoring.coreos.com": (
        ("PrometheusRule", "prometheusrules"),
        ("ServiceMonitor", "servicemonitors"),
    ),
}
"""Kinds of others that overlays and components make objects of."""


@pytest.fixture(scope="module", name="place")
def _place(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the manifests, with what they need in the cluster."""
    place = checkout(tmp_path_factory.mktemp("manifests"))
    for overlay in OVERLAYS:
        make_credentials(place, overlay)
    know_kinds(api)
    for group, kinds in STAND_INS.items():
        for kind, plural in kinds:
            api.apply(definition(group, "v1", kind, plural, "Namespaced"))
    for group, kinds in STAND_INS.items():
        url = f"{api.server}/apis/{group}/v1"
        wait_for(lambda url=url, kinds=kinds: _served(api, url) >= dict(kinds).keys(), group)  # type: ignore[misc]
    for name in ("metacontroller", OWN_NAMESPACE):
        api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return place


def _served(api: Api, url: str) -> set[str]:
    response = api.session.get(url)
    return {each["kind"] for each in response.json()["resources"]} if response.ok else set()


def dry_run(directory: Path) -> str:
    options = ("--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict")
    return kubectl("apply", *options, "-k", str(directory))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlay_is_taken_without_a_warning(overlay: str, place: Path) -> None:
    directory = place / "deploy/overlays" / overlay

    assert len(dry_run(directory).splitlines()) == len(build(directory))


@pytest.mark.parametrize("component", COMPONENTS)
def test_component_is_taken_without_a_warning(component: str, place: Path) -> None:
    directory = installation(place, "self-signed", component)

    assert len(dry_run(directory).splitlines()) == len(build(directory))


@pytest.mark.parametrize("overlay", sorted({*OVERLAYS} - {"dev"}))
def test_webhooks_are_taken_without_a_warning(overlay: str, place: Path) -> None:
    names = ("webhooks", "defaulting", f"webhook-ca-{overlay}")
    directory = installation(place, overlay, *(f"deploy/components/{name}" for name in names))

    assert len(dry_run(directory).splitlines()) == len(build(directory))


@pytest.mark.parametrize("overlay", sorted({*OVERLAYS} - {"dev"}))
def test_service_in_its_own_namespace_is_taken_without_a_warning(overlay: str, place: Path) -> None:
    names = ("monitoring", "webhooks", "defaulting", f"webhook-ca-{overlay}", "own-namespace")
    directory = installation(place, overlay, *(f"deploy/components/{name}" for name in names))

    assert len(dry_run(directory).splitlines()) == len(build(directory))


@pytest.fixture(scope="module", name="restricted")
def _restricted(api: Api) -> Iterator[Obj]:
    """A namespace that takes only pods of the strictest Pod Security standard."""
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": RESTRICTED, "labels": labels},
    }
    api.apply(namespace)
    metadata = {"name": "instana-agent-hooks", "namespace": RESTRICTED}
    api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    yield namespace
    api.delete(namespace)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pod_keeps_to_the_restricted_standard(
    overlay: str, api: Api, place: Path, restricted: Obj
) -> None:
    response = try_pod(api, pod_of(build(place / "deploy/overlays" / overlay)), restricted)

    assert response.status_code == requests.codes.created, response.text
    assert "Warning" not in response.headers


def test_namespace_of_that_test_refuses_others(api: Api, place: Path, restricted: Obj) -> None:
    pod = pod_of(build(place / "deploy/overlays/dev"))
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True

    response = try_pod(api, pod, restricted)

    assert response.status_code == requests.codes.forbidden
    assert "allowPrivilegeEscalation" in response.text


def pod_of(objects: list[Obj]) -> Obj:
    template = find(objects, "Deployment", "instana-agent-hooks")["spec"]["template"]
    metadata = template["metadata"] | {"name": "hooks", "namespace": RESTRICTED}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def try_pod(api: Api, pod: Obj, namespace: Obj) -> requests.Response:
    assert pod["metadata"]["namespace"] == namespace["metadata"]["name"]
    query = {"dryRun": "All", "fieldValidation": "Strict"}
    return api.session.post(api.url(pod, named=False), params=query, json=pod)
