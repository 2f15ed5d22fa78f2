"""With the component own-namespace all that is the service's own is elsewhere, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from hooks.server.settings import from_environ
from tests.support.kustomize import Obj, build, checkout, find, installation, make_credentials
from tests.support.pages import block, blocks
from tests.support.tools import needs

HOOKS = "instana-agent-hooks"
AGENTS, OWN = "instana-agent", "instana-agent-hooks"
COMPONENT = "deploy/components/own-namespace"
OVERLAYS = ("cert-manager", "openshift", "self-signed")
PAGE = "install.md"
GROUPS_LEFT_OUT = ("metacontroller.k8s.io", "admissionregistration.k8s.io")
KINDS = {
    "CompositeController",
    "ConfigMap",
    "DecoratorController",
    "Deployment",
    "MutatingWebhookConfiguration",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "PrometheusRule",
    "Secret",
    "Service",
    "ServiceAccount",
    "ServiceMonitor",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
}
"""What is in the namespace of the service, or names it, with each overlay."""

MADE_BY_OTHERS = ("instana-agent-hooks-ca", "instana-agent-hooks-tls")
"""Secrets that cert-manager and OpenShift make, without labels of ours."""

Leaves: TypeAlias = dict[tuple[str, str, str], Any]

NAMESPACE_IN_KEY = ("namespace", "kubernetes.io/metadata.name")
NAMESPACE_IN_TEXT = re.compile(rf"(?<=instana-agent-hooks\.){AGENTS}(?=\.svc)|^{AGENTS}(?=/)")
BINDING = ("RoleBinding", "instana-metacontroller-children", "/metadata/namespace")

pytestmark = [
    needs("kubectl"),
    needs("openssl"),
]


def further(overlay: str) -> list[str]:
    """Return all components that have something of the service's own, or name it."""
    names = ["leader-election", "etcd-copies", "monitoring", "webhooks", "defaulting"]
    names += [
        f"webhook-ca-{overlay}",
        *(["monitoring-openshift"] if overlay == "openshift" else []),
    ]
    return [f"deploy/components/{name}" for name in names]


@pytest.fixture(name="overlay", scope="module", params=OVERLAYS)
def _overlay(request: pytest.FixtureRequest) -> str:
    overlay: str = request.param
    return overlay


@pytest.fixture(name="before", scope="module")
def _before(place: Path, overlay: str) -> list[Obj]:
    return build(installation(place, overlay, *further(overlay)))


@pytest.fixture(name="after", scope="module")
def _after(place: Path, overlay: str) -> list[Obj]:
    return build(installation(place, overlay, *further(overlay), COMPONENT))


def leaves(objects: list[Obj]) -> Leaves:
    """Return all values that are no object and no list, by object and path."""
    return {
        (each["kind"], each["metadata"]["name"], path): value
        for each in objects
        for path, value in _leaves(each, "")
    }


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, f"{path}/{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{path}/{number}")
    else:
        yield path, value


def moved(path: str, value: Any) -> Any:
    """Return a value as it is in the other layout: another one if it names the namespace."""
    if not isinstance(value, str):
        return value
    if path.endswith(NAMESPACE_IN_KEY) and value == AGENTS:
        return OWN
    return NAMESPACE_IN_TEXT.sub(OWN, value)


def test_every_object_and_reference_follows_and_nothing_else_changes(
    before: list[Obj], after: list[Obj]
) -> None:
    was = leaves(before)
    expected = {place: moved(place[2], value) for place, value in was.items()}
    expected[BINDING] = AGENTS
    found = leaves(after)

    assert {place[0] for place in was if expected[place] != was[place]} >= KINDS
    assert {place: found.get(place) for place in expected} == expected
    added = {place[:2] for place in found.keys() - expected.keys()}
    assert added == {
        ("Namespace", OWN),
        ("Deployment", HOOKS),
        ("ValidatingAdmissionPolicy", "instana-agent-reserved-names"),
    }


def test_nothing_of_the_service_is_beside_the_agents(after: list[Obj]) -> None:
    beside = {
        (each["kind"], each["metadata"]["name"])
        for each in after
        if each["metadata"].get("namespace") == AGENTS
    }

    assert beside == {BINDING[:2]}


def test_service_knows_where_agents_are_and_where_it_is(after: list[Obj]) -> None:
    deployment = find(after, "Deployment", HOOKS)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    said = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    namespaces = {
        "AGENT_NAMESPACES": said["AGENT_NAMESPACES"],
        "POD_NAMESPACE": deployment["metadata"]["namespace"],
    }
    facts = from_environ({"INSECURE": "1", **namespaces}).facts

    assert facts.agent_namespaces == (AGENTS,)
    assert facts.installation_namespace == OWN


def test_namespace_admits_no_pod_that_reaches_its_node(after: list[Obj]) -> None:
    labels = find(after, "Namespace", OWN)["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_new_resources_are_refused_there(after: list[Obj]) -> None:
    spec = find(after, "ValidatingAdmissionPolicy", "instana-agent-reserved-names")["spec"]

    assert spec["matchConstraints"]["namespaceSelector"] == {
        "matchLabels": {"kubernetes.io/metadata.name": OWN}
    }
    assert spec["validations"][-1]["expression"] == "request.operation != 'CREATE'"


def test_guards_can_be_taken_out_besides(place: Path) -> None:
    without = [f"deploy/components/without-{each}" for each in ("guards", "policies")]
    objects = build(installation(place, "self-signed", *without, COMPONENT))
    kinds = {each["kind"] for each in objects}

    assert "ValidatingAdmissionPolicy" not in kinds
    assert "Deployment" in kinds


def test_objects_of_others_stay_where_they_are(place: Path) -> None:
    directory = installation(place, "self-signed", COMPONENT)
    others: Obj = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "other", "namespace": AGENTS},
    }
    (directory / "other.yaml").write_text(yaml.safe_dump(others))
    kustomization = directory / "kustomization.yaml"
    content = yaml.safe_load(kustomization.read_text())
    content["resources"].append("other.yaml")
    kustomization.write_text(yaml.safe_dump(content))

    assert find(build(directory), "ConfigMap", "other") == others


def of_page(place: Path, *parts: str) -> list[Obj]:
    """Return the objects of the page's kustomization with additions of the page."""
    if not (place / HOOKS).exists():
        make_credentials(checkout(place / HOOKS), "self-signed")
    content = yaml.safe_load(block(PAGE, "yaml", "newName"))
    for part in parts:
        for name, listed in yaml.safe_load(part).items():
            content[name] = [*content.get(name, []), *listed]
    (place / "kustomization.yaml").write_text(yaml.safe_dump(content))
    return build(place)


ADDITION, FIRST_STEP = (each for each in blocks(PAGE, "yaml") if COMPONENT in each)


def test_first_step_of_the_move_leaves_the_callers_as_they_are(tmp_path: Path) -> None:
    first, whole = of_page(tmp_path, FIRST_STEP), of_page(tmp_path, ADDITION)
    later = [each for each in whole if each not in first]

    assert [each for each in first if each not in whole] == []
    assert {each["apiVersion"].partition("/")[0] for each in later} == {*GROUPS_LEFT_OUT}
    assert not [each for each in first if each["apiVersion"].startswith(GROUPS_LEFT_OUT)]


def test_namespaces_of_agents_are_said_once(tmp_path: Path) -> None:
    part = block(PAGE, "yaml", "AGENT_NAMESPACES")

    deployment = find(of_page(tmp_path, ADDITION, part), "Deployment", HOOKS)

    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    said = [each["value"] for each in container["env"] if each["name"] == "AGENT_NAMESPACES"]
    assert said == ["instana-agent,team-a"]


def test_last_step_of_the_move_leaves_nothing_of_the_old_service(before: list[Obj]) -> None:
    commands = [each for each in blocks(PAGE, "sh") if f"--namespace {AGENTS}" in each]
    deleting = " ".join(each.replace("\\\n", " ") for each in commands if "delete " in each)
    kinds = {kind for listed in re.findall(r"delete (\S+)", deleting) for kind in listed.split(",")}
    left = {
        (each["kind"], each["metadata"]["name"])
        for each in before
        if each["metadata"].get("namespace") == AGENTS
        and (
            each["metadata"]["labels"]["app.kubernetes.io/name"] != HOOKS or not _is_in(kinds, each)
        )
    }

    assert left == {BINDING[:2]}
    assert re.search(rf"delete secrets {' '.join(reversed(MADE_BY_OTHERS))}", deleting)


def _is_in(kinds: set[str], obj: Obj) -> bool:
    plural = obj["kind"].lower().removesuffix("y") + ("ies" if obj["kind"].endswith("y") else "s")
    group = obj["apiVersion"].rpartition("/")[0]
    return bool(kinds & {plural, f"{plural}.{group}"})
