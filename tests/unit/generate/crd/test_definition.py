"""The CustomResourceDefinition: whose it is, what it takes, what it keeps."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from hooks.cli.generate import generated
from hooks.generate.crd import agents_crd
from hooks.kube.objects import Obj
from hooks.models.instana_agent import KIND
from hooks.rendering import render
from hooks.rules import TABLE, read_agent
from hooks.rules.bounds import BOUNDS as BOUND
from hooks.rules.walking import steps_of
from tests.recorded import FACTS, NOW, Recorded, recorded_requests
from tests.support.files import document_in, documents_in, loaded
from tests.support.rules import values_at
from tests.support.schema import stored
from tests.unit.go_operator.test_same_children import CASES, FIXTURES

MOST_BYTES = 200_000
SPARE = 2
IN_NO_RESOURCE = {
    "spec.agent.pod.claims",
    "spec.k8s_sensor.deployment.pod.claims",
    "spec.agent.packageCache.claimName",
    "spec.agent.tls.certManager.dnsNames",
    "spec.agent.tls.certManager.dnsNames[]",
    "spec.k8s_sensor.deployment.pod.volumes[].hostPath.path",
    "spec.networkPolicy.egress.furtherPorts",
    "spec.networkPolicy.sensorPorts",
    "spec.k8s_sensor.deployment.pod.topologySpreadConstraints[].matchLabelKeys",
    *(
        f"{pod}.{field}"
        for pod in ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")
        for field in (
            "livenessProbe.exec.command",
            "readinessProbe.exec.command",
            "readinessProbe.httpGet.httpHeaders",
            "startupProbe.exec.command",
            "startupProbe.httpGet.httpHeaders",
            "volumes[].configMap.items",
            "volumes[].downwardAPI.items",
            "volumes[].projected.sources",
            "volumes[].projected.sources[].configMap.items",
            "volumes[].projected.sources[].downwardAPI.items",
            "volumes[].projected.sources[].secret.items",
        )
    ),
    "spec.k8s_sensor.deployment.pod.livenessProbe.httpGet.httpHeaders",
    "spec.k8s_sensor.deployment.pod.volumes[].secret.items",
}
"""Bounded fields that neither a recorded resource nor a sample uses."""

DEFINITIONS = Path("tests/fixtures/definitions")
GO_OPERATOR: Obj = json.loads((DEFINITIONS / "go-operator.json").read_text())
LOOSE: Obj = yaml.safe_load((DEFINITIONS / "loose.yaml").read_text())
SCHEMA: Obj = agents_crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def schema_of(of: Obj) -> Obj:
    schema: Obj = of["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def resource(case: str) -> Obj:
    obj: Obj = document_in(FIXTURES / case / "input.yaml")
    return obj


def surroundings(case: str) -> list[Obj]:
    return documents_in(FIXTURES / case / "cluster.yaml")


def test_generated_files_are_up_to_date() -> None:
    found = generated()

    assert len(found) > 20
    assert [str(file) for file, text in found.items() if file.read_text() != text] == []


def test_the_file_holds_the_definition() -> None:
    (written,) = loaded(Path("crd/agents.instana.io.yaml").read_text())

    assert written == agents_crd()


def test_all_definitions_are_listed_for_kustomize() -> None:
    listed = yaml.safe_load(Path("crd/kustomization.yaml").read_text())["resources"]

    assert listed == sorted(
        file.name for file in Path("crd").glob("*.yaml") if file.name != "kustomization.yaml"
    )


def test_it_leaves_room_in_the_annotation_of_kubectl() -> None:
    assert len(json.dumps(agents_crd())) <= MOST_BYTES


def test_names_are_those_of_the_go_operator() -> None:
    for field in ("group", "names", "scope"):
        assert agents_crd()["spec"][field] == GO_OPERATOR["spec"][field]
    (ours,), (theirs,) = agents_crd()["spec"]["versions"], GO_OPERATOR["spec"]["versions"]
    for field in ("name", "served", "storage", "subresources"):
        assert ours[field] == theirs[field]


def test_the_selector_has_the_default_and_the_fields_that_it_always_had() -> None:
    before = schema_of(LOOSE)["properties"]["spec"]["properties"]["selector"]
    now = SCHEMA["properties"]["spec"]["properties"]["selector"]

    further = ("description", "x-kubernetes-validations")
    assert before | {field: now[field] for field in further} == now


COLUMNS: list[Obj] = agents_crd()["spec"]["versions"][0]["additionalPrinterColumns"]


def test_wide_output_adds_version_and_message() -> None:
    wide = [each["name"] for each in COLUMNS if each.get("priority")]

    assert wide == ["Version", "Message"]
    assert len(COLUMNS) == len(wide) + 5


@pytest.mark.parametrize("column", COLUMNS)
def test_columns_show_fields_that_there_are(column: Obj) -> None:
    path = re.sub(r"\[\?\(.*\)\]", "", column["jsonPath"]).removeprefix(".")
    metadata = {"properties": {"creationTimestamp": {"type": "date"}}}
    schema: Any = {"properties": SCHEMA["properties"] | {"metadata": metadata}}
    for step in path.split("."):
        schema = schema.get("items", schema)["properties"][step]
    assert schema["type"] == column["type"]


def rendered_status(case: str) -> Obj:
    return render([resource(case), *surroundings(case)], FACTS, NOW).status


def status_of_the_go_operator(case: str) -> Obj:
    status: Obj = json.loads((FIXTURES / case / "expected.json").read_text())["status"]
    return status


def recorded_status(case: str) -> Obj:
    status: Obj = Recorded("sync", case).expected["status"]
    return status


STATUSES = [
    *((recorded_status, each.case) for each in recorded_requests() if each.hook == "sync"),
    *((rendered_status, case) for case in CASES),
    *((status_of_the_go_operator, case) for case in CASES),
]
"""How each status is read or made: not before a test asks for it."""


@pytest.mark.parametrize(("status_of", "case"), STATUSES)
def test_no_field_of_a_status_is_pruned(status_of: Callable[[str], Obj], case: str) -> None:
    status = status_of(case)

    assert stored(SCHEMA["properties"]["status"], status) == status


@pytest.mark.parametrize(("status_of", "case"), STATUSES)
def test_every_status_is_valid(status_of: Callable[[str], Obj], case: str) -> None:
    status = status_of(case)
    validator = Draft202012Validator(SCHEMA["properties"]["status"])

    assert [error.message for error in validator.iter_errors(status)] == []


@pytest.mark.parametrize("case", CASES)
def test_stored_defaults_change_no_answer(case: str) -> None:
    given = resource(case)
    kept = stored(SCHEMA, given)
    around = surroundings(case)

    assert kept["spec"] != given["spec"]
    assert render([kept | {"metadata": given["metadata"]}, *around], FACTS, NOW) == render(
        [given, *around], FACTS, NOW
    )


@pytest.mark.parametrize("case", CASES)
def test_resources_of_the_go_operator_are_valid_and_kept(case: str) -> None:
    spec = resource(case)["spec"]
    schema = SCHEMA["properties"]["spec"]

    Draft202012Validator(schema).validate(spec)
    assert not set(_leaves(spec)) - set(_leaves(stored(schema, spec)))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for step, part in parts:
            yield from _leaves(part, f"{path}/{step}")
    else:
        yield path, value


def test_every_field_of_the_go_operator_is_taken() -> None:
    ours = schema_of(agents_crd())
    stricter = list(_stricter(schema_of(GO_OPERATOR), ours, ""))

    assert [each for each in stricter if not each.endswith(BOUNDS) and not _is_told(each)] == [
        ".spec.agent.additionalBackends[].endpointHost: minLength",
        ".spec.agent.updateStrategy.type: enum",
        ".spec.zones[]: required",
        ".spec.zones[].name: minLength",
    ]


def _is_told(keyword: str) -> bool:
    """Tell whether a rule says it of a part that Kubernetes would refuse."""
    places = (place for rule in TABLE if rule.keywords for place in rule.places)
    return keyword.startswith(tuple(f".{place}" for place in places))


def _stricter(theirs: Obj, ours: Obj, path: str) -> Iterator[str]:
    """Yield what our schema refuses or prunes and theirs does not, in the order of paths."""
    if PRESERVED in ours:
        return
    for keyword in LIMITS:
        if keyword in ours and not _is_allowed(keyword, theirs, ours):
            yield f"{path}: {keyword}"
    for name, field in sorted(theirs.get("properties", {}).items()):
        if name not in ours["properties"]:
            yield f"{path}.{name}: missing"
        else:
            yield from _stricter(field, ours["properties"][name], f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if keyword in theirs:
            yield from _stricter(theirs[keyword], ours[keyword], f"{path}[]")


PRESERVED = "x-kubernetes-preserve-unknown-fields"
BOUNDS = (": maxItems", ": maxLength", ": maxProperties")
LIMITS = (
    "enum", "format", "maxItems", "maxLength", "maxProperties", "maximum", "minItems",
    "minLength", "minimum", "pattern", "required", "type",
    "x-kubernetes-list-map-keys", "x-kubernetes-list-type",
)  # fmt: skip


def _is_allowed(keyword: str, theirs: Obj, ours: Obj) -> bool:
    if keyword == "required":
        return set(ours["required"]) <= set(theirs.get("required", ()))
    if keyword == "pattern" and theirs.get("pattern") != ours["pattern"]:
        return (theirs.get("pattern"), theirs.get("format"), ours["pattern"]) in WIDER_PATTERNS
    return bool(ours[keyword] == theirs.get(keyword))


WIDER_PATTERNS = {("^[0-9]+s$", None, "^([0-9]+s)?$")}


def test_only_the_definition_requires_an_endpoint() -> None:
    agent = SCHEMA["properties"]["spec"]["properties"]["agent"]
    stored_before = resource("minimal")
    del stored_before["spec"]["agent"]["endpointHost"]

    assert {"endpointHost", "endpointPort"} <= set(agent["required"])
    assert read_agent(stored_before).spec.agent.endpoint_host


# What a default would hide: that nothing was given, where something else is followed then, or is
# to be; what has no effect; and amounts that give way to each other.
NO_DEFAULTS = [
    "agent.endpointHost",
    "agent.image.name",
    "agent.image.tag",
    "agent.pod.limits",
    "agent.pod.requests",
    "agent.updateStrategy.rollingUpdate.maxUnavailable",
    "k8s_sensor.image.tag",
    "k8s_sensor.podDisruptionBudget.enabled",
    "opentelemetry.grpc.enabled",
    "opentelemetry.grpc.port",
    "opentelemetry.http.enabled",
    "openshift",
    "serviceAccount.name",
    "serviceMesh.enabled",
    "podSecurityPolicy.enabled",
]


@pytest.mark.parametrize("path", NO_DEFAULTS)
def test_no_default_is_stored_where_not_given_says_something(path: str) -> None:
    field = SCHEMA["properties"]["spec"]
    for step in path.split("."):
        field = field["properties"][step]

    assert "default" not in field


def test_a_resource_without_a_spec_is_refused_by_a_rule_that_spares_stored_ones() -> None:
    assert "required" not in SCHEMA
    (rule, *_) = SCHEMA["x-kubernetes-validations"]
    assert (rule["fieldPath"], rule["optionalOldSelf"]) == (".spec", True)


def test_bounds_are_far_above_what_resources_have() -> None:
    resources = [*map(resource, CASES), *samples()]
    lengths = {
        place: [len(each) for obj in resources for each in values_at(obj, steps_of(place))]
        for place in BOUND
    }

    assert {place for place, found in lengths.items() if not found} == IN_NO_RESOURCE
    assert {
        place: max(found)
        for place, found in lengths.items()
        if found and SPARE * max(found) > next(iter(BOUND[place].values()))
    } == {}


def samples() -> Iterator[Obj]:
    """Yield the resources of deploy/samples."""
    for file in sorted(Path("deploy/samples").glob("*.yaml")):
        yield from (each for each in documents_in(file) if each["kind"] == KIND)


def test_rules_are_at_spec_or_below_but_for_those_on_creation() -> None:
    rules = [each["rule"] for each in SCHEMA["x-kubernetes-validations"]]
    # No selector was ever stored that the last one refuses.
    spared = ("oldSelf.hasValue() || ", "has(self.spec) || oldSelf.", "!has(self.spec.selector")

    assert rules
    assert [
        each for each in rules if not each.removeprefix("!has(self.spec) || ").startswith(spared)
    ] == []
