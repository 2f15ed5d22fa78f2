"""The table of rules on a real API server: the same verdict as in the service."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks.rules import BY_IDENTIFIER, INLINE_SECRETS, Layer, Rule, errors_of
from hooks.rules.walking import steps_of
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.test_definition import assert_is_led, create, serve
from tests.support.rejected import OF_AGENTS, Case
from tests.support.resources import merged
from tests.support.rules import FURTHER_WARNINGS, WITH_EXAMPLES, example

pytestmark = pytest.mark.definition

POLICIES = Path("deploy/admission/policies.yaml")
BY_LAYER: dict[Layer, list[Rule]] = {
    layer: [rule for rule in WITH_EXAMPLES if rule.layers[0] is layer] for layer in Layer
}
IN_DEFINITION = [*BY_LAYER[Layer.SCHEMA], *BY_LAYER[Layer.CEL]]
REFUSED_BY_POLICY = [rule for rule in BY_LAYER[Layer.POLICY] if rule.is_error]
WARNINGS = [rule for rule in BY_LAYER[Layer.POLICY] if not rule.is_error]
SECRET = "top-s3cret"


def causes(api: Api, obj: Obj) -> list[Obj]:
    """Return why the API server refuses the object; fails if it does not."""
    response = create(api, obj)
    assert response.status_code in {400, 422}, response.text
    found: list[Obj] = response.json()["details"].get("causes", [])
    return found


@pytest.mark.parametrize("rule", BY_LAYER[Layer.CEL], ids=lambda rule: rule.identifier)
def test_definition_refuses_the_bad_example_by_its_rule(rule: Rule, api: Api) -> None:
    found = causes(api, example(rule, rule.bad))

    assert [f"(rule {rule.identifier})" in each["message"] for each in found] == [True]
    roots = {".".join(steps_of(place)[:2]) for place in rule.places}
    assert found[0]["field"].startswith(tuple(roots))


@pytest.mark.parametrize("rule", BY_LAYER[Layer.SCHEMA], ids=lambda rule: rule.identifier)
def test_definition_refuses_the_bad_example_by_its_schema(rule: Rule, api: Api) -> None:
    assert create(api, example(rule, rule.bad)).status_code in {400, 422}


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.identifier)
def test_definition_takes_the_good_example(rule: Rule, api: Api) -> None:
    response = create(api, example(rule, rule.good))

    assert response.ok, response.text


@pytest.mark.parametrize("version", ["v1beta1", "v1alpha1", "v2"])
def test_definition_serves_no_other_version(version: str, api: Api) -> None:
    obj = example(BY_IDENTIFIER["served-version"], {})
    other = obj | {"apiVersion": f"instana.io/{version}"}
    in_place_of_ours = api.session.post(
        api.url(obj, named=False), params={"dryRun": "All"}, json=other
    )

    assert create(api, obj).ok
    assert create(api, other).status_code == 404
    assert in_place_of_ours.status_code == 400


def test_what_is_nested_too_deeply_is_refused_where_fields_are_known(api: Api) -> None:
    rule = BY_IDENTIFIER["nesting"]
    known = create(api, example(rule, {"agent": {"pod": {"affinity": {"nodeAffinity": nested()}}}}))
    unknown = create(api, example(rule, {"kubernetes": nested()}))

    assert known.status_code == 400
    assert unknown.ok, unknown.text  # so that the service has to see it
    assert [each.rule for each in errors_of(unknown.json())] == ["nesting"]


def nested() -> Obj:
    inner: Obj = {}
    for _ in range(150):
        inner = {"a": inner}
    return inner


@pytest.mark.parametrize(
    "spec",
    [
        {"agent": {"key": f"{SECRET}\n"}},
        {"agent": {"proxyHost": "a", "proxyUser": "a", "proxyPassword": f"{SECRET}\n"}},
        {"agent": {"tls": {"certificate": "eA==", "key": f"{SECRET}!"}}},
        {
            "agent": {
                "additionalBackends": [
                    {"endpointHost": "a", "endpointPort": "1", "key": f"{SECRET}\n"}
                ]
            }
        },
    ],
)
def test_a_refusal_tells_no_secret(spec: Obj, api: Api) -> None:
    rule = WITH_EXAMPLES[-1]
    response = create(api, example(rule, spec))

    assert response.status_code == 422
    assert SECRET not in response.text


# Policies.


@pytest.fixture(scope="module", name="older")
def _older(api: Api) -> Iterator[dict[str, Obj]]:
    """What the errors policy refuses, stored before there is one."""
    objects = {rule.identifier: named_after(rule) for rule in REFUSED_BY_POLICY}
    for obj in objects.values():
        assert create(api, obj, dryRun="").ok
    yield objects
    for obj in objects.values():
        api.delete(obj)


@pytest.fixture(scope="module", name="policies")
def _policies(api: Api, older: dict[str, Obj]) -> Iterator[None]:
    assert len(older) == len(REFUSED_BY_POLICY)
    objects = list(yaml.safe_load_all(POLICIES.read_text()))
    api.apply_all(objects)
    inline = [rule for rule in WARNINGS if rule.identifier in INLINE_SECRETS]
    others = [rule for rule in WARNINGS if rule not in inline]
    probes = [each[0] for each in (REFUSED_BY_POLICY, inline, others)]  # One of each policy.
    wait_for(lambda: all(told_by_policy(api, each) for each in probes), "the policies are in force")
    yield
    for obj in objects:
        api.delete(obj)


def told_by_policy(api: Api, rule: Rule) -> bool:
    return f"(rule {rule.identifier})" in everything(api, example(rule, rule.bad))


def everything(api: Api, obj: Obj) -> str:
    """Return what the API server says of the object: warnings, or why it refuses it."""
    response = create(api, obj)
    text = "" if response.ok else response.text
    return response.headers.get("Warning", "") + text


@pytest.mark.parametrize("rule", REFUSED_BY_POLICY, ids=lambda rule: rule.identifier)
@pytest.mark.usefixtures("policies")
def test_policy_refuses_the_bad_example(rule: Rule, api: Api) -> None:
    response = create(api, example(rule, rule.bad))

    assert response.status_code == 422, response.text
    assert f"(rule {rule.identifier})" in response.json()["message"]


@pytest.mark.parametrize("rule", WARNINGS, ids=lambda rule: rule.identifier)
@pytest.mark.usefixtures("policies")
def test_policy_warns_of_the_bad_example(rule: Rule, api: Api) -> None:
    response = create(api, example(rule, rule.bad))

    assert response.ok, response.text
    assert f"(rule {rule.identifier})" in response.headers["Warning"]


@pytest.mark.parametrize(("identifier", "spec", "fields"), FURTHER_WARNINGS, ids=str)
@pytest.mark.usefixtures("policies")
def test_policy_warns_where_the_service_does(
    identifier: str, spec: Obj, fields: set[str], api: Api
) -> None:
    response = create(api, example(BY_IDENTIFIER[identifier], spec))

    assert response.ok, response.text
    assert (f"(rule {identifier})" in response.headers.get("Warning", "")) is bool(fields)


@pytest.mark.parametrize("rule", BY_LAYER[Layer.POLICY], ids=lambda rule: rule.identifier)
@pytest.mark.usefixtures("policies")
def test_policy_says_nothing_of_the_good_example(rule: Rule, api: Api) -> None:
    assert f"(rule {rule.identifier})" not in everything(api, example(rule, rule.good))


@pytest.mark.parametrize("case", ["minimal", "combined-production", "legacy-fields", "pod-volumes"])
@pytest.mark.usefixtures("policies")
def test_what_works_with_the_go_operator_is_taken(case: str, api: Api) -> None:
    response = create(api, resource(case))

    assert response.ok, response.text


# Recorded mistakes.


@pytest.mark.parametrize("case", OF_AGENTS, ids=str)
@pytest.mark.usefixtures("policies")
def test_recorded_mistake_is_refused_by_its_first_layer(case: Case, api: Api) -> None:
    response = create(api, case.objects[0])

    is_refused = case.first_layer in {Layer.SCHEMA, Layer.CEL, Layer.POLICY}

    assert response.ok is not is_refused, response.text
    assert ("ValidatingAdmissionPolicy" in response.text) is (case.first_layer is Layer.POLICY)


# Stored before there were rules.


FORMER: Obj = json.loads(Path("tests/fixtures/definitions/go-operator.json").read_text())
FORMER_SCHEMA: Obj = FORMER["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def _has_fields(schema: Obj, value: Any) -> bool:
    """Tell whether a schema has all the fields of a value, whatever their types."""
    if isinstance(value, list):
        return all(_has_fields(schema.get("items", {}), each) for each in value)
    if not isinstance(value, dict) or "properties" not in schema:
        return True
    fields = schema["properties"]
    return all(name in fields and _has_fields(fields[name], part) for name, part in value.items())


STORED = [
    rule
    for rule in IN_DEFINITION
    if rule.identifier not in {"field-type", "quantity"}
    and (
        rule.on_create
        or rule.identifier == "unknown-field"
        or _has_fields(FORMER_SCHEMA, {"spec": rule.bad})
    )
]
"""What the Go operator's definition takes too: rules on fields that it has."""


@pytest.fixture(scope="module", name="stored")
def _stored(api: Api) -> Iterator[dict[str, Obj]]:
    """The bad examples, stored under the Go operator's definition; the present one follows."""
    serve(api, "go-operator")
    objects = {rule.identifier: named_after(rule) for rule in STORED}
    taken = {name: obj for name, obj in objects.items() if create(api, obj, dryRun="").ok}
    serve(api, "present")
    yield taken
    for obj in taken.values():
        api.delete(obj)


def named_after(rule: Rule) -> Obj:
    obj = example(rule, rule.bad)
    name = obj["metadata"]["name"] if rule.on_create else f"stored-{rule.identifier}"
    return obj | {"metadata": {"name": name, "namespace": NAMESPACE}}


def test_nearly_all_of_it_can_be_stored(stored: dict[str, Obj]) -> None:
    refused_before = {rule.identifier for rule in STORED} - stored.keys()

    assert refused_before == {"pollrate", "tls-base64", "unknown-field"}


@pytest.mark.parametrize("rule", REFUSED_BY_POLICY, ids=lambda rule: rule.identifier)
@pytest.mark.usefixtures("policies")
def test_what_is_older_than_its_policy_can_be_changed_elsewhere(
    rule: Rule, older: dict[str, Obj], api: Api
) -> None:
    obj = older[rule.identifier]

    changed = api.merge(obj, {"spec": {"cluster": {"name": "renamed"}}})
    assert changed["spec"]["cluster"]["name"] == "renamed"
    worse = api.session.patch(
        api.url(obj),
        json={"spec": merged(rule.bad, _otherwise_bad(rule))},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert worse.status_code == 422, worse.text
    assert f"(rule {rule.identifier})" in worse.json()["message"]
    assert_is_led(obj, api)


def _otherwise_bad(rule: Rule) -> Obj:
    """Return what is as bad as the example, and not the same: for maps one more entry."""
    if rule.identifier == "node-affinity-os":
        terms = [{"matchExpressions": [{"key": "kubernetes.io/os", "operator": "DoesNotExist"}]}]
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
        return {"agent": {"pod": {"affinity": {"nodeAffinity": required}}}}
    spec: Obj = {}
    inner = spec
    for step in steps_of(rule.places[0])[1:]:
        inner[step] = {}
        inner = inner[step]
    inner["also bad ="] = "x"
    return spec


@pytest.mark.usefixtures("policies")
def test_stored_resources_are_still_led(stored: dict[str, Obj], api: Api) -> None:
    assert stored
    for obj in stored.values():
        assert_is_led(obj, api)
