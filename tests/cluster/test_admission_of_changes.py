"""The webhooks on a real API server: stored resources, secrets, defaults, and no service at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hooks.rules import INLINE_SECRETS, TABLE, Layer, Rule
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE
from tests.cluster.test_definition import assert_is_led, create, serve
from tests.cluster.webhooks import MUTATING, VALIDATING, installed
from tests.support.kustomize import build, checkout
from tests.support.resources import agent, merged
from tests.support.rules import WITH_EXAMPLES, example

ERRORS = [
    rule
    for rule in WITH_EXAMPLES
    if rule.is_error and not rule.in_schema and Layer.WEBHOOK in rule.layers
]
"""Those of the webhook; what the schema of the definition refuses, it judges by itself."""

WITHOUT_SCHEMA = {
    "agent": {"configuration": {"any": ["thing"]}},
    "overrides": {"agentDaemonSet": {"metadata": {"labels": {"a": "b"}}}},
    "kubernetes": {"deployment": {"enabled": True}},
}
"""What the API server never finds unchanged."""

INLINE = [rule for rule in TABLE if rule.identifier in INLINE_SECRETS]
OTHER = next(rule for rule in TABLE if rule.identifier == "image-latest")
SECRET = "top-s3cret"


# Stored resources.


@pytest.fixture(name="stored")
def _stored(api: Api) -> Iterator[dict[str, Obj]]:
    """The bad examples, stored when nobody checked; definition and webhook follow."""
    serve(api, "loose")
    objects = {
        rule.identifier + ending: named_after(rule, ending, more)
        for rule in ERRORS
        for ending, more in (("", {}), ("-more", WITHOUT_SCHEMA))
    }
    for obj in objects.values():
        response = create(api, obj, dryRun="", fieldValidation="Ignore")
        assert response.ok, response.text
    serve(api, "present")
    with installed(api, VALIDATING, INLINE_SECRETS="Deny"):
        yield objects


def named_after(rule: Rule, ending: str, more: Obj) -> Obj:
    obj = merged(example(rule, rule.bad), {"spec": more})
    name = obj["metadata"]["name"] if rule.on_create else f"webhook-{rule.identifier}"
    name += ending
    return obj | {"metadata": {"name": name, "namespace": NAMESPACE}}


def test_stored_resources_are_still_led(stored: dict[str, Obj], api: Api) -> None:
    assert stored
    for obj in stored.values():
        assert_is_led(obj, api)


# Updates.


def stored_then_patched(api: Api, obj: Obj, patch: Obj) -> tuple[bool, str]:
    """Return whether a patch of the stored object is taken, and what is said of it."""
    headers = {"Content-Type": "application/merge-patch+json"}
    response = api.session.patch(
        api.url(obj), json=patch, headers=headers, params={"dryRun": "All"}
    )
    return response.ok, response.headers.get("Warning", "") + response.text


def test_an_update_is_refused_for_what_it_brings(api: Api) -> None:
    broken = agent({"agent": {"configuration_yaml": "a: ["}}, name="updated")
    broken["metadata"] = {"name": "updated", "namespace": NAMESPACE}
    api.create(broken)
    try:
        with installed(api, VALIDATING):
            other = stored_then_patched(api, broken, {"spec": {"zone": {"name": "east"}}})
            worse = stored_then_patched(
                api, broken, {"spec": {"agent": {"configuration_yaml": "b: ["}}}
            )
    finally:
        api.delete(broken)

    assert other[0]
    assert "(rule configuration-yaml)" in other[1]
    assert not worse[0]


# A service that is not there.


def test_nobody_is_kept_from_storing_when_the_service_is_down(api: Api) -> None:
    broken = agent({"agent": {"configuration_yaml": "a: ["}})
    with installed(api, VALIDATING, MUTATING) as webhooks:
        assert not create(api, broken).ok
        webhooks.service.stop()
        response = create(api, broken)

    assert response.ok, response.text


# Secrets in the resource.


@pytest.mark.parametrize("choice", ["Allow", "Warn", "Deny"])
def test_inline_secrets_by_the_webhook(choice: str, api: Api) -> None:
    with installed(api, VALIDATING, INLINE_SECRETS=choice):
        for rule in INLINE:
            assert_inline(api, rule, choice)


def alone(rule: Rule) -> Obj:
    """Return a resource with this secret and no other one."""
    spec = {"spec": {"agent": {"key": None, "keysSecret": "instana-keys"}}}
    return merged(merged(example(rule, {}), spec), {"spec": rule.bad})


def assert_inline(api: Api, rule: Rule, choice: str) -> None:
    response = create(api, alone(rule))
    mark = f"(rule {rule.identifier})"

    assert response.ok is (choice != "Deny"), response.text
    assert (mark in response.text) is (choice == "Deny")
    assert (mark in response.headers.get("Warning", "")) is (choice == "Warn") or not response.ok


@pytest.mark.parametrize("choice", ["Allow", "Warn", "Deny"])
def test_inline_secrets_by_policy(choice: str, api: Api, tmp_path: Path) -> None:
    old = agent({"agent": {"key": SECRET}}, name="inline")
    old["metadata"] = {"name": "inline", "namespace": NAMESPACE}
    api.create(old)
    objects = admission_of(choice, checkout(tmp_path))
    try:
        api.apply_all(objects)
        wait_for(lambda: is_in_force(api, choice), "the policies are there")
        for rule in INLINE:
            assert_inline(api, rule, choice)
        keeps = stored_then_patched(api, old, {"spec": {"zone": {"name": "east"}}})
        changes = stored_then_patched(api, old, {"spec": {"agent": {"key": f"{SECRET}2"}}})
    finally:
        for obj in [*objects, old]:
            api.delete(obj)

    assert (keeps[0], changes[0]) == (True, choice != "Deny")
    assert ("(rule inline-key)" in keeps[1]) is (choice != "Allow")


def is_in_force(api: Api, choice: str) -> bool:
    last = OTHER if choice == "Allow" else INLINE[-1]
    response = create(api, alone(last))
    warned = f"(rule {last.identifier})" in response.headers.get("Warning", "")
    return warned and response.ok is (choice != "Deny")


def admission_of(choice: str, place: Path) -> list[Obj]:
    """Return the policies as a user's kustomization has them."""
    directory = place / "installation"
    directory.mkdir()
    component = f"../deploy/admission/inline-secrets-{choice.lower()}"
    kustomization = {
        "resources": ["../deploy/admission"],
        "components": [] if choice == "Warn" else [component],
    }
    (directory / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return build(directory)


# Defaults.


def test_defaults_are_written_once(api: Api) -> None:
    plain = agent({"agent": {"endpointPort": ""}}, name="defaulted")
    plain["metadata"] = {"name": "defaulted", "namespace": NAMESPACE}
    with installed(api, VALIDATING, MUTATING):
        wait_for(lambda: "k8s_sensor" in create(api, plain).json()["spec"], "defaults are written")
        try:
            first = api.create(plain)
            again = api.merge(plain, {"metadata": {"labels": {"a": "b"}}})
            changed = api.merge(plain, {"spec": {"zone": {"name": "east"}}})
        finally:
            api.delete(plain)

    assert first["spec"]["agent"]["endpointPort"] == "443"
    assert first["spec"]["k8s_sensor"]["deployment"]["replicas"] == 3
    assert again["spec"] == first["spec"]
    assert changed["spec"] == merged(first["spec"], {"zone": {"name": "east"}})
    assert json.dumps(first["spec"]).count("latest") == 0
