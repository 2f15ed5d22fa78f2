"""What Helm makes of values: goldens, types that survive, several releases, parent charts."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.helm import (
    CHART,
    Obj,
    Refused,
    agent_of,
    helm,
    needs_helm,
    rendered,
    spec_of,
)
from tests.unit.chart.goldens import cases, golden, outcome

pytestmark = needs_helm

KEY = {"keysSecret": "instana-keys"}
SAMPLES = sorted(Path("deploy/samples").glob("*.yaml"))
CASES = sorted(Path("tests/fixtures/go-operator").glob("*/input.yaml"))
INSTALLATION = {"Deployment", "CompositeController", "ClusterRole", "Service", "Secret"}


@pytest.mark.parametrize("case", cases())
def test_golden(case: str) -> None:
    assert outcome(case) == golden(case).read_text(), "`python -m tests.unit.chart.goldens`"


def test_lint_finds_nothing() -> None:
    assert "1 chart(s) linted, 0 chart(s) failed" in helm("lint", "--strict", str(CHART))


@pytest.mark.parametrize(
    "path", [*SAMPLES, *CASES], ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_spec_of_a_resource_passes_through(path: Path) -> None:
    spec = yaml.safe_load(path.read_text())["spec"]

    assert spec_of(json.dumps(spec)) == _with_defaults(spec)


def test_defaults_make_the_least_spec() -> None:
    assert spec_of({"agent": KEY}) == _with_defaults({"agent": KEY})


def _with_defaults(spec: Obj) -> Obj:
    """Return the spec with what the resource must have."""
    needed = {"endpointHost": "ingress-red-saas.instana.io", "endpointPort": "443"}
    return spec | {"agent": needed | spec["agent"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"true"', "true"),
        ("'007'", "007"),
        ('"no"', "no"),
        ('"1e3"', "1e3"),
        ('"1"', "1"),
        ('"9007199254740993"', "9007199254740993"),
        ('"0x10"', "0x10"),
        ('"{{ .Release.Name }}"', "{{ .Release.Name }}"),
        ('"a: b # c"', "a: b # c"),
        ("|\n    two\n    lines", "two\nlines"),
        ('"~"', "~"),
        ('""', ""),
    ],
)
def test_text_stays_as_it_is_written(text: str, value: str) -> None:
    assert spec_of(f"zone:\n  name: {text}\n")["zone"]["name"] == value


@pytest.mark.parametrize("text", ["true", "007", "no", "1e3", "1", "0x10", "1.5", "[a]", "{a: b}"])
def test_what_yaml_takes_for_no_text_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"zone/name.*(want|string)"):
        spec_of(f"zone: {{name: {text}}}")


@pytest.mark.parametrize(
    ("option", "spec"),
    [
        ("--set=agent.endpointPort=8443", {"agent": {"endpointPort": "8443"}}),
        ("--set-string=zone.name=1", {"zone": {"name": "1"}}),
        ("--set=agent.pod.requests.cpu=0.5", {"agent": {"pod": {"requests": {"cpu": "0.5"}}}}),
        ("--set=opentelemetry.grpc.port=14317", {"opentelemetry": {"grpc": {"port": 14317}}}),
        ("--set=opentelemetry.enabled=false", {"opentelemetry": {"enabled": False}}),
    ],
)
def test_options_set_the_same(option: str, spec: Obj) -> None:
    assert _contains(spec_of({"agent": KEY}, option), spec)


def test_option_of_another_type_is_refused() -> None:
    with pytest.raises(Refused, match="zone/name"):
        spec_of({"agent": KEY}, "--set=zone.name=1")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("agent: {endpointPort: 8443}", {"agent": {"endpointPort": "8443"}}),
        ('agent: {endpointPort: "08443"}', {"agent": {"endpointPort": "08443"}}),
        ("agent: {pod: {requests: {cpu: 0.5}}}", {"agent": {"pod": {"requests": {"cpu": "0.5"}}}}),
        (
            "agent: {pod: {limits: {memory: 2147483648}}}",
            {"agent": {"pod": {"limits": {"memory": 2147483648}}}},
        ),
        ("agent: {pod: {labels: {1: '1'}}}", {"agent": {"pod": {"labels": {"1": "1"}}}}),
        (
            "agent: {configuration: {8080: {a: 1e3}}}",
            {"agent": {"configuration": {"8080": {"a": 1000}}}},
        ),
        (
            "agent: {configuration: {a: 4503599627370497}}",
            {"agent": {"configuration": {"a": 2**52 + 1}}},
        ),
        ("agent: {configuration: {a: 0.1}}", {"agent": {"configuration": {"a": 0.1}}}),
        ("agent: {minReadySeconds: 1000000}", {"agent": {"minReadySeconds": 1000000}}),
        (
            "agent: {updateStrategy: {rollingUpdate: {maxUnavailable: 2}}}",
            {"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}}}},
        ),
    ],
)
def test_numbers_reach_the_resource(values: str, expected: Obj) -> None:
    assert _contains(spec_of(values), expected)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ("agent: {configuration: {a: 9007199254740993}}", "/agent/configuration/a"),
        ("agent: {env: {no: word}}", "/agent/env"),
        ("agent: {env: {NUMBER: 1}}", "/agent/env/NUMBER"),
        ("agent: {pod: {labels: {a: true}}}", "/agent/pod/labels/a"),
        ("agent: {pod: {env: [{name: A, value: 1}]}}", "/agent/pod/env/0/value"),
        ("agent: {minReadySeconds: 1.5}", "/agent/minReadySeconds"),
        ("opentelemetry: {enabled: 'false'}", "/opentelemetry/enabled"),
        ("agnet: {}", "agnet"),
        ("agent: {endpiontHost: a}", "/agent"),
        ("controller: {image: a}", "/controller/image"),
    ],
)
def test_mistake_is_refused_with_its_place(values: str, place: str) -> None:
    with pytest.raises(Refused, match=place):
        rendered(values)


def _contains(value: Obj, part: Obj) -> bool:
    return all(
        _contains(value[name], inner) if isinstance(inner, dict) else value[name] == inner
        for name, inner in part.items()
    )


def test_further_release_has_the_resource_alone() -> None:
    objects = rendered({"controller": {"enabled": False}, "agent": KEY}, release="second")

    assert [each["kind"] for each in objects] == ["InstanaAgent"]
    assert objects[0]["metadata"]["name"] == "second"


def test_release_may_be_without_the_resource() -> None:
    kinds = {each["kind"] for each in rendered({"controller": {"agent": {"create": False}}})}

    assert kinds > INSTALLATION
    assert "InstanaAgent" not in kinds


def test_everything_is_in_the_namespace_of_the_release() -> None:
    objects = rendered({"agent": KEY}, namespace="monitoring", release="agents")
    namespaces = {each["metadata"].get("namespace") for each in objects}
    texts = json.dumps([each for each in objects if each["kind"].endswith("Controller")])

    assert namespaces == {"monitoring", None}
    assert "instana-agent-hooks.monitoring.svc" in texts
    assert "instana-agent-hooks.instana-agent.svc" not in json.dumps(objects)
    assert '"namespace": "instana-agent"' not in texts


@pytest.mark.parametrize(
    ("namespaces", "bound"),
    [
        ([], {("RoleBinding", "instana-agent")}),
        (["a", "b"], {("RoleBinding", "a"), ("RoleBinding", "b")}),
        (["*"], {("ClusterRoleBinding", None)}),
    ],
)
def test_metacontroller_may_write_where_agents_are(
    namespaces: list[str], bound: set[tuple[str, str | None]]
) -> None:
    objects = rendered({"controller": {"namespaces": namespaces}})
    found = {
        (each["kind"], each["metadata"].get("namespace"))
        for each in objects
        if each["metadata"]["name"] == "instana-metacontroller-children" and "roleRef" in each
    }

    assert found == bound
    assert _env(objects).get("AGENT_NAMESPACES") == (",".join(namespaces) or None)


def _env(objects: list[Obj]) -> dict[str, str]:
    (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each.get("value", "") for each in container["env"]}


@pytest.mark.parametrize(
    ("api_versions", "facts"),
    [
        ([], {}),
        (["v1/Secret"], {"KUBERNETES_VERSION": "v1.36"}),
        (["security.openshift.io/v1"], {"OPENSHIFT": "true"}),
    ],
)
def test_facts_come_from_the_cluster(api_versions: list[str], facts: dict[str, str]) -> None:
    options = [f"--api-versions={each}" for each in api_versions]
    env = _env(rendered({}, "--kube-version=v1.36.2", *options))

    assert {name: env[name] for name in ("KUBERNETES_VERSION", "OPENSHIFT") if name in env} == facts


@pytest.mark.parametrize(
    ("api_versions", "there"),
    [
        ([], True),
        (["v1/Secret"], False),
        (["v1/Secret", "metacontroller.k8s.io/v1alpha1/CompositeController"], True),
    ],
)
def test_controllers_are_left_out_of_a_cluster_that_does_not_know_them(
    api_versions: list[str], *, there: bool
) -> None:
    objects = rendered({}, *[f"--api-versions={each}" for each in api_versions])

    assert ("CompositeController" in {each["kind"] for each in objects}) is there


def test_one_replica_has_no_budget_that_would_hold_up_a_drain() -> None:
    kinds = {each["kind"] for each in rendered({"controller": {"replicas": 1}})}

    assert "PodDisruptionBudget" not in kinds


def test_webhooks_with_a_certificate_of_others_need_its_authority() -> None:
    values = {"controller": {"webhooks": {"validating": True}, "tls": {"source": "Secret"}}}

    with pytest.raises(Refused, match=r"controller\.tls\.caBundle"):
        rendered(values)


def test_credentials_of_others_are_not_made() -> None:
    values = {
        "controller": {
            "tls": {"source": "Secret", "secretName": "own-tls"},
            "token": {"source": "Secret", "secretName": "own-token"},
        }
    }
    objects = rendered(values)
    text = json.dumps([each for each in objects if each["kind"] != "Pod"])

    assert "Secret" not in {each["kind"] for each in objects}
    assert "instana-agent-hooks-tls" not in text
    assert "instana-agent-hooks-token" not in text
    assert text.count("own-tls") == 3
    assert "?credentials" not in text


def test_secrets_belong_together() -> None:
    secrets = {
        each["metadata"]["name"]: each["data"] for each in rendered() if each["kind"] == "Secret"
    }
    tls, token = secrets["instana-agent-hooks-tls"], secrets["instana-agent-hooks-token"]

    assert tls["ca.crt"] == secrets["instana-agent-hooks-authority"]["ca.crt"]
    assert set(tls) == {"ca.crt", "tls.crt", "tls.key"}
    assert set(token) == {"token", "tokens"}


@pytest.fixture(name="parent")
def _parent(tmp_path: Path) -> Path:
    """A chart that has this one as a dependency."""
    chart = tmp_path / "parent"
    shutil.copytree(CHART, chart / "charts/instana-agent")
    dependency = {"name": "instana-agent", "version": "*", "condition": "instana-agent.enabled"}
    (chart / "Chart.yaml").write_text(
        json.dumps(
            {"apiVersion": "v2", "name": "parent", "version": "1.0.0", "dependencies": [dependency]}
        )
    )
    return chart


def test_chart_is_a_part_of_another_one(parent: Path) -> None:
    values = {
        "global": {"imageRegistry": "registry.example"},
        "instana-agent": {"enabled": True, "agent": KEY, "cluster": {"name": "production"}},
    }
    alone = rendered({"agent": KEY, "cluster": {"name": "production"}})
    objects = rendered(values, chart=parent)

    assert agent_of(objects) == agent_of(alone)
    assert len(objects) == len(alone)


def test_mistake_in_a_part_of_another_chart_is_refused(parent: Path) -> None:
    with pytest.raises(Refused, match="endpiontHost"):
        rendered({"instana-agent": {"agent": {"endpiontHost": "a"}}}, chart=parent)


def test_part_of_another_chart_can_be_off(parent: Path) -> None:
    assert rendered({"instana-agent": {"enabled": False}}, chart=parent) == []
