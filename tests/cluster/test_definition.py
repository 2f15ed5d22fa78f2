"""The definition on a real API server: what it takes, keeps and refuses, and upgrades to it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from hooks.contract import CHILD_SELECTOR
from hooks.facts import Facts
from hooks.models.instana_agent import API_VERSION
from hooks.rendering import render
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import CASES, NAMESPACE, resource, surroundings
from tests.cluster.conftest import CRD
from tests.recorded import recorded_requests
from tests.support.resources import agent, merged
from tests.support.tools import needs

pytestmark = pytest.mark.definition

NOW = "2026-01-01T00:00:00Z"
DEFINITIONS = Path("tests/fixtures/definitions")
FIXTURES = Path("tests/fixtures/go-operator")
FINALIZERS = ["v3.agent.instana.io/finalizer", "agent.instana.io/finalizer"]
NEVER_SEEN = ("NonStructuralSchema", "KubernetesAPIApprovalPolicyConformant", "Terminating")


INSTANCE = "app.kubernetes.io/instance"
OWN_NAME = {INSTANCE: "definition"}


def named(spec: Obj, name: str = "definition") -> Obj:
    """Return the smallest resource with that spec, as a user writes it."""
    obj = agent(spec, name=name)
    obj["metadata"] = {"name": name, "namespace": NAMESPACE}
    return obj


def create(api: Api, obj: Obj, **query: str) -> requests.Response:
    """Create the object; fields are checked strictly, and nothing is stored but with `dryRun=`."""
    params = {"fieldValidation": "Strict", "dryRun": "All", **query}
    params = {name: value for name, value in params.items() if value}
    return api.session.post(api.url(obj, named=False), params=params, json=obj)


def taken(api: Api, obj: Obj, **query: str) -> Obj:
    """Return the created object; fails where it is refused, or with a warning."""
    response = create(api, obj, **query)
    assert response.ok, response.text
    assert "Warning" not in response.headers
    stored: Obj = response.json()
    return stored


def refusal(api: Api, obj: Obj) -> str:
    response = create(api, obj)
    assert response.status_code in {400, 422}, response.text
    message: str = response.json()["message"]
    return message


# Installing it.


@needs("kubectl")
@pytest.mark.parametrize("options", [["--server-side"], []], ids=["server-side", "client-side"])
def test_kubectl_installs_it(api: Api, options: list[str], tmp_path: Path) -> None:
    elsewhere = CRD.read_text().replace("instana.io", "definition.example.com")
    definition: Obj = yaml.safe_load(elsewhere)
    file = tmp_path / "definition.yaml"
    file.write_text(elsewhere)
    try:
        for _ in range(2):
            command = ["kubectl", "apply", *options, "-f", str(file)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
        wait_for(lambda: conditions(api, definition).get("Established") == "True", "established")
        assert not set(NEVER_SEEN) & conditions(api, definition).keys()
    finally:
        api.delete(definition)
        wait_for(lambda: api.get(definition) is None, "the definition is gone")


def conditions(api: Api, definition: Obj) -> dict[str, str]:
    found = (api.get(definition) or {}).get("status", {}).get("conditions") or []
    return {each["type"]: each["status"] for each in found}


# What it takes.


@pytest.mark.parametrize("case", CASES)
def test_resources_of_the_go_operator_are_taken(case: str, api: Api) -> None:
    given = resource(case)
    spec = taken(api, given)["spec"]
    around = surroundings(case)

    assert without_defaults(spec, given["spec"]) == given["spec"]
    assert render([given | {"spec": spec}, *around], Facts(), NOW) == render(
        [given, *around], Facts(), NOW
    )


def without_defaults(stored: Any, given: Any) -> Any:
    """Return what is stored, but for fields that were not given."""
    if isinstance(given, dict):
        return {name: without_defaults(stored[name], part) for name, part in given.items()}
    if isinstance(given, list):
        return [without_defaults(*pair) for pair in zip(stored, given, strict=True)]
    return stored


ODD: list[Obj] = [
    {"agent": {"endpointHost": "", "endpointPort": "", "mode": "", "image": {"tag": ""}}},
    {"agent": {"pod": {"requests": {"cpu": 1, "memory": "1e3"}, "limits": {"cpu": "1.5"}}}},
    {"agent": {"pod": {"requests": {"example.com/gpu": "2"}, "claims": []}}},
    {"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 1}}}},
    {"agent": {"updateStrategy": {"type": "", "rollingUpdate": {"maxUnavailable": "10%"}}}},
    {"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}}}},
    {"agent": {"tls": {"certificate": "Yw==", "key": "aw=="}}},
    {"agent": {"tls": {"certificate": "Yw\n==\n", "key": "", "secretName": "tls"}}},
    {"agent": {"image": {"pullSecrets": []}}},
    {"agent": {"image": {"pullSecrets": [{}], "digest": f"sha256:{64 * '0'}", "tag": "1"}}},
    {"agent": {"image": {"pullPolicy": ""}, "minReadySeconds": 0, "proxyUseDNS": False}},
    {"agent": {"env": {}, "host": {}, "configuration_yaml": "", "additionalBackends": []}},
    {"agent": {"mode": "KUBERNETES", "serviceMesh": {"enabled": True}}},
    {"agent": {"pod": {"livenessProbe": {"httpGet": {"path": "/", "port": "http"}}}}},
    {"agent": {"pod": {"livenessProbe": {"grpc": {"port": 1}, "initialDelaySeconds": 3}}}},
    {"agent": {"pod": {"tolerations": [{"operator": "Exists", "value": ""}], "affinity": {}}}},
    {"agent": {"pod": {"volumes": [{"name": "a", "emptyDir": {"sizeLimit": 1}}]}}},
    {"agent": {"pod": {"volumes": [{"name": "a", "rbd": {"monitors": ["m"], "image": "i"}}]}}},
    {
        "agent": {
            "pod": {
                "volumes": [
                    {
                        "name": "a",
                        "ephemeral": {
                            "volumeClaimTemplate": {
                                "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}},
                                "spec": {
                                    "accessModes": ["ReadWriteOnce"],
                                    "resources": {"requests": {"storage": "1Gi"}},
                                },
                            }
                        },
                    }
                ]
            }
        }
    },
    {
        "agent": {
            "pod": {
                "env": [
                    {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                    {"name": "B", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                    {"name": "A", "value": "twice"},
                ]
            }
        }
    },
    {"k8s_sensor": {"deployment": {"replicas": 0, "enabled": False}, "pollrate": ""}},
    {"k8s_sensor": {"etcd": {"ca": {"filename": ""}, "targets": []}, "restClient": {"ca": {}}}},
    {"opentelemetry": {"enabled": False, "grpc": {"port": 0}, "http": {"enabled": True}}},
    {"serviceAccount": {}, "rbac": {}, "service": {}, "prometheus": {"remoteWrite": {}}},
    {"zones": [{"name": "a", "mode": "", "tolerations": [], "affinity": {}}], "zone": {}},
    {
        "kubernetes": {"deployment": {"enabled": True, "pod": {"limits": {"cpu": 4}}}},
        "podSecurityPolicy": {"enabled": True, "name": "psp"},
        "pinnedChartVersion": "1.2.45",
        "serviceMesh": {"enabled": True},
        "k8s_sensor": {"featureFlags": {"crdMonitoring": True}},
    },
]


@pytest.mark.parametrize("spec", ODD, ids=json.dumps)
def test_odd_values_that_work_are_taken(spec: Obj, api: Api) -> None:
    given = named(spec)

    assert without_defaults(taken(api, given)["spec"], given["spec"]) == given["spec"]


@pytest.mark.parametrize(
    "spec",
    [
        {"useSecretMounts": None, "openshift": None, "zones": None, "kubernetes": None},
        {"agent": {"mode": None, "env": None, "pod": {"tolerations": None, "affinity": None}}},
        {"agent": {"env": {"A": None}, "pod": {"requests": {"cpu": None}, "volumes": None}}},
        {"agent": {"pod": {"env": [{"name": "A", "value": None}]}}},
        {"k8s_sensor": {"pollrate": None, "deployment": {"replicas": None}}, "selector": None},
    ],
    ids=json.dumps,
)
def test_null_is_not_given(spec: Obj, api: Api) -> None:
    given = named({})
    given["spec"] = put(given["spec"], spec)
    kept = taken(api, given)["spec"]

    assert "null" not in json.dumps(kept)
    assert render([given | {"spec": kept}], Facts(), NOW) == render([given], Facts(), NOW)


def put(base: Obj, parts: Obj) -> Obj:
    """Return the base with the parts in it; null stays null."""
    inner = {
        name: put(base[name], part) if isinstance(part, dict) and name in base else part
        for name, part in parts.items()
    }
    return base | inner


# What it refuses.


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"agnet": {}}, "spec.agnet"),
        ({"agent": {"keySecret": "x"}}, "spec.agent.keySecret"),
        ({"agent": {"pod": {"affinity": {"nodeAfinity": {}}}}}, "spec.agent.pod.affinity.nodeAf"),
        ({"agent": {"pod": {"tolerations": [{"kye": "a"}]}}}, "spec.agent.pod.tolerations[0].kye"),
        (
            {"agent": {"pod": {"volumes": [{"name": "a", "hostPth": {}}]}}},
            "spec.agent.pod.volumes[0].hostPth",
        ),
        ({"k8s_sensor": {"deployment": {"pods": {}}}}, "spec.k8s_sensor.deployment.pods"),
        ({"zones": [{"name": "a", "affinities": {}}]}, "spec.zones[0].affinities"),
    ],
)
def test_unknown_fields_are_named_by_strict_validation(spec: Obj, path: str, api: Api) -> None:
    assert f'unknown field "{path}' in refusal(api, named(spec))


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"cluster": "prod"}, "spec.cluster"),
        ({"openshift": "true"}, "spec.openshift"),
        ({"agent": {"endpointPort": 443}}, "spec.agent.endpointPort"),
        ({"agent": {"endpointHost": None}}, "spec.agent.endpointHost: Required value"),
        ({"agent": {"additionalBackends": [{"endpointHost": "a"}]}}, "endpointPort: Required"),
        ({"agent": {"pod": {"requests": {"cpu": 0.5}}}}, "spec.agent.pod.requests.cpu"),
        ({"agent": {"pod": {"limits": {"memory": "1 GB"}}}}, "spec.agent.pod.limits.memory"),
        ({"agent": {"tls": {"certificate": "-----BEGIN"}}}, "spec.agent.tls.certificate"),
        ({"agent": {"pod": {"claims": [{"name": "a"}, {"name": "a"}]}}}, "claims[1]: Duplicate"),
        ({"k8s_sensor": {"pollrate": "1m"}}, "spec.k8s_sensor.pollrate"),
        ({"agent": None}, "spec.agent: Required value"),
    ],
)
def test_what_the_go_operator_s_definition_refuses_stays_refused(
    spec: Obj, problem: str, api: Api
) -> None:
    assert problem in refusal(api, named(spec))


def test_a_spec_is_required(api: Api) -> None:
    given = named({})
    del given["spec"]

    assert "spec: Required value" in refusal(api, given)


@pytest.mark.parametrize(
    "selector",
    [
        {},
        {"matchLabels": {}},
        {"matchLabels": CHILD_SELECTOR["matchLabels"]},
        {"matchLabels": {"a": "b"}, "matchExpressions": CHILD_SELECTOR["matchExpressions"]},
        merged(CHILD_SELECTOR, {"matchLabels": {"a": "b"}}),
        {"matchLabels": OWN_NAME, "matchExpressions": CHILD_SELECTOR["matchExpressions"]},
    ],
    ids=json.dumps,
)
def test_the_selector_cannot_be_set_otherwise(selector: Obj, api: Api) -> None:
    assert "is set by default" in refusal(api, named({"selector": selector}))


def test_the_selector_can_name_the_resource_and_no_other_one(api: Api) -> None:
    own = merged(CHILD_SELECTOR, {"matchLabels": OWN_NAME})
    another = merged(CHILD_SELECTOR, {"matchLabels": {INSTANCE: "another"}})

    assert taken(api, named({"selector": own}))["spec"]["selector"] == own
    assert "must be the name of the resource" in refusal(api, named({"selector": another}))


# What it keeps.


def test_defaults_are_stored(api: Api) -> None:
    given: Obj = {"image": {}, "updateStrategy": {}}
    stored = taken(
        api, named({"agent": given, "k8s_sensor": {"deployment": {}}, "opentelemetry": {}})
    )["spec"]

    assert stored["selector"] == CHILD_SELECTOR
    assert stored["useSecretMounts"] is True
    assert stored["agent"]["image"] == {"pullPolicy": "Always"}
    assert stored["agent"]["updateStrategy"] == {"type": "RollingUpdate"}
    assert stored["k8s_sensor"]["deployment"]["replicas"] == 3
    assert stored["k8s_sensor"]["pollrate"] == "10s"
    assert stored["opentelemetry"] == {"enabled": True}


def statuses() -> Iterator[Any]:
    for recorded in recorded_requests():
        if recorded.hook == "sync":
            yield pytest.param(recorded.expected["status"], id=str(recorded))
    for case in CASES:
        theirs = json.loads((FIXTURES / case / "expected.json").read_text())["status"]
        yield pytest.param(theirs, id=case)
    pair = {"name": "a", "uid": "b"}
    deprecated = {
        "configmap": pair,
        "daemonset": {"name": "", "uid": ""},
        "lastUpdate": NOW,
        "leadingAgentPod": {"a": pair},
        "oldVersionsUpdated": True,
        "reason": "a\nb",
        "status": "Failed",
    }
    yield pytest.param(deprecated, id="deprecated")


@pytest.fixture(scope="module", name="live")
def _live(api: Api) -> Iterator[Obj]:
    """A stored resource, to write statuses to."""
    created = taken(api, named({}, "statuses"), dryRun="")
    yield created
    api.delete(created)


@pytest.mark.parametrize("status", list(statuses()))
def test_every_field_of_a_status_is_kept(status: Obj, api: Api, live: Obj) -> None:
    url = f"{api.url(live)}/status"
    current = api.get(live) or {}
    response = api.session.put(
        url, params={"fieldValidation": "Strict"}, json=current | {"status": status}
    )

    assert response.ok, response.text
    assert "Warning" not in response.headers
    assert (api.get(live) or {})["status"] == status


# Upgrades to it.


def definition_of(name: str) -> Obj:
    file = CRD if name == "present" else next(DEFINITIONS.glob(f"{name}.*"))
    definition: Obj = yaml.safe_load(file.read_text())
    return definition


def serve(api: Api, name: str) -> None:
    """Apply a definition and wait until the API server goes by it."""
    api.apply(definition_of(name))
    wait_for(lambda: served(api) == name, f"the {name} definition is in force")


def served(api: Api) -> str:
    """Tell by what is made of a resource which definition is in force."""
    spec = create(api, named({}, "probe")).json().get("spec", {})
    if "minReadySeconds" in spec.get("agent", {}):
        return "present"
    return "loose" if "selector" in spec else "go-operator"


@pytest.fixture(name="before")
def _before(api: Api, request: pytest.FixtureRequest) -> Iterator[str]:
    """The definition of the name is in force; in the end the present one is again."""
    serve(api, request.param)
    try:
        yield request.param
    finally:
        discard_all(api, request.param)
        serve(api, "present")


def discard_all(api: Api, definition: str) -> None:
    """Delete what a failed test left, by the definition that it was stored under."""
    left = api.list("InstanaAgent", API_VERSION, NAMESPACE)
    if left:
        serve(api, definition)
    for obj in left:
        api.merge(obj, {"metadata": {"finalizers": None}})
        api.delete(obj)


REFUSED_NOW: dict[str, list[Obj | None]] = {
    "go-operator": [
        {"zones": [{"mode": "APM"}]},
        {"agent": {"updateStrategy": {"type": "Never"}}},
        {"agent": {"additionalBackends": [{"endpointHost": "", "endpointPort": ""}]}},
        None,
    ],
    "loose": [
        {"agent": {"endpointHost": None, "endpointPort": None}},
        {"openshift": "true", "useSecretMounts": 1, "unheard": {"of": 1}, "zones": [{}]},
        # Of a value of another type the API server says no rule could be asked, every time; none
        # can be stored under the Go operator's definition.
        {"agent": {"tls": {"certificate": "?"}, "pod": {"affinity": 5, "priorityClassName": 7}}},
        {"agent": {"pod": {"claims": [{"name": "a"}, {"name": "a"}]}}},
    ],
}


@pytest.mark.parametrize("before", REFUSED_NOW, indirect=True)
def test_stored_resources_outlive_an_upgrade(before: str, api: Api) -> None:
    objects = [named(spec or {}, f"refused-{n}") for n, spec in enumerate(REFUSED_NOW[before])]
    for obj, spec in zip(objects, REFUSED_NOW[before], strict=True):
        if spec is None:
            del obj["spec"]
    objects += [
        merged(resource(case), {"metadata": {"name": case, "finalizers": FINALIZERS}})
        for case in CASES
    ]
    for obj in objects:
        taken(api, obj, dryRun="")

    serve(api, "present")

    assert objects
    for obj in objects:
        assert_in_use(api, obj)


def assert_in_use(api: Api, obj: Obj) -> None:
    """Read the resource, write to all that others write to, and delete it."""
    stored = api.get(obj)
    assert stored is not None
    if obj["metadata"]["name"] in CASES:
        assert without_defaults(stored["spec"], obj["spec"]) == obj["spec"]
        assert stored["spec"]["selector"] == CHILD_SELECTOR
    labelled = api.merge(obj, {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}})
    assert labelled["metadata"]["labels"]["a"] == "b"
    status = {"status": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    assert api.merge(obj, {"status": status}, "status")["status"] == status
    finalizers = {"metadata": {"finalizers": FINALIZERS}}
    assert api.merge(obj, finalizers)["metadata"]["finalizers"] == FINALIZERS
    api.delete(obj)
    assert (api.get(obj) or {})["metadata"]["deletionTimestamp"]
    api.merge(obj, {"metadata": {"finalizers": None}})
    assert api.get(obj) is None


@pytest.mark.parametrize("before", ["go-operator"], indirect=True)
def test_a_stored_status_of_the_go_operator_is_read_back(before: str, api: Api) -> None:
    assert before
    obj = named({}, "old-status")
    status = json.loads((FIXTURES / "minimal" / "expected.json").read_text())["status"]
    for each in status["conditions"]:
        each["lastTransitionTime"] = NOW
    links = ("configsecret", "daemonset", "namespacesconfigmap")
    status |= {link: {"name": "a", "uid": "b"} for link in links} | {"lastUpdate": NOW}
    taken(api, obj, dryRun="")
    api.merge(obj, {"status": status}, "status")
    try:
        serve(api, "present")
        assert (api.get(obj) or {})["status"] == status
    finally:
        api.delete(obj)


def assert_is_led(obj: Obj, api: Api) -> None:
    """Write label, finalizer and status of the resource, and delete it."""
    finalizers = {"metadata": {"finalizers": ["example.com/a"], "labels": {"a": "b"}}}
    assert api.merge(obj, finalizers)["metadata"]["labels"] == {"a": "b"}
    status = {"status": "Failed", "reason": "x"}
    assert api.merge(obj, {"status": status}, "status")["status"] == status
    api.delete(obj)
    api.merge(obj, {"metadata": {"finalizers": None}})
    assert api.get(obj) is None
