"""What Helm makes of values: goldens, types that survive, several releases, parent charts."""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import click
import pytest
import yaml

from hooks.cli.program.command_line import main
from hooks.facts import is_release
from hooks.generate.chart.misshapen import misshapen
from hooks.generate.crd.validations import message_of
from hooks.kube.node_affinity import REQUIRED
from hooks.rules import BY_IDENTIFIER, INLINE_SECRETS
from tests.support.former_values import notes_for
from tests.support.helm import CHART, Obj, Refused, agent_of, helm, needs_helm, rendered, spec_of
from tests.unit.generate.chart.goldens import cases, golden, outcome

pytestmark = needs_helm

KEY = {"keysSecret": "instana-keys"}
SAMPLES = sorted(Path("deploy/samples").glob("*.yaml"))
CASES = sorted(Path("tests/fixtures/go-operator").glob("*/input.yaml"))
INSTALLATION = {"Deployment", "CompositeController", "ClusterRole", "Service", "Secret"}


@pytest.mark.parametrize("case", cases())
def test_golden(case: str) -> None:
    assert outcome(case) == golden(case).read_text(), (
        "`python -m tests.unit.generate.chart.goldens`"
    )


def test_recordings_may_be_in_a_claim() -> None:
    settings = {"enabled": True, "last": 50, "claimName": "recordings"}
    values = {"agent": {"keysSecret": "k"}, "cluster": {"name": "c"}}
    objects = rendered(values | {"controller": {"recordings": settings}})
    (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
    pod = deployment["spec"]["template"]["spec"]
    claim = {"claimName": "recordings"}

    assert {"name": "recordings", "persistentVolumeClaim": claim} in pod["volumes"]
    assert {"name": "RECORD_LAST", "value": "50"} in pod["containers"][0]["env"]


def test_lint_finds_nothing() -> None:
    assert "1 chart(s) linted, 0 chart(s) failed" in helm("lint", "--strict", str(CHART))


def without_other_objects(folder: str, names: list[str]) -> set[str]:
    """Return what of a folder of the chart makes objects other than the resource."""
    if Path(folder).name != "templates":
        return {"crds", "files", "tests"} & {*names}
    return {name for name in names if not name.endswith(".tpl")} - {"agent.yaml"}


def specs_of(values: dict[str, Obj], folder: Path) -> dict[str, Obj]:
    """Return the specs that several values make, by their names, in one call of Helm.

    Each is a chart of its own, which is read for each anew: without what makes no resource.
    """
    place = folder / "several"
    shutil.copytree(CHART, place / "charts/instana-agent", ignore=without_other_objects)
    dependencies = [{"name": "instana-agent", "version": "*", "alias": each} for each in values]
    chart = {"apiVersion": "v2", "name": "several", "version": "1.0.0"}
    (place / "Chart.yaml").write_text(json.dumps(chart | {"dependencies": dependencies}))
    alone = {"controller": {"enabled": False}}
    objects = rendered({name: each | alone for name, each in values.items()}, chart=place)
    return dict(zip(sorted(values), [each["spec"] for each in objects], strict=True))


def test_spec_of_every_resource_passes_through(tmp_path: Path) -> None:
    specs = {
        f"case-{number:03}": yaml.safe_load(path.read_text())["spec"]
        for number, path in enumerate([*SAMPLES, *CASES])
    }
    for each in specs.values():
        each.pop("kubernetes", None)  # refused: it meant something in the chart 1.x

    assert specs_of(specs, tmp_path) == {name: _with_defaults(spec) for name, spec in specs.items()}


def test_defaults_make_the_least_spec() -> None:
    assert spec_of({"agent": KEY}) == _with_defaults({"agent": KEY})


def _with_defaults(spec: Obj) -> Obj:
    """Return the spec with what the resource must have."""
    needed = {"endpointHost": "ingress-red-saas.instana.io", "endpointPort": "443"}
    return spec | {"agent": needed | spec["agent"]}


TEXTS = {
    '"true"': "true",
    "'007'": "007",
    '"no"': "no",
    '"1e3"': "1e3",
    '"1"': "1",
    '"9007199254740993"': "9007199254740993",
    '"0x10"': "0x10",
    '"{{ .Release.Name }}"': "{{ .Release.Name }}",
    '"a: b # c"': "a: b # c",
    "|-\n      two\n      lines": "two\nlines",
    '"~"': "~",
    '""': "",
    "plain": "plain",
}


def test_texts_stay_as_they_are_written() -> None:
    entries = "".join(f"    T{number}: {text}\n" for number, text in enumerate(TEXTS))

    spec = spec_of(f"agent:\n  env:\n{entries}")

    assert spec["agent"]["env"] == {
        f"T{number}": each for number, each in enumerate(TEXTS.values())
    }


SHAPES: list[tuple[Obj, str]] = [
    ({"agent": {"configuration_yaml": {"com.instana": {}}}}, "move it to spec.agent.configuration"),
    ({"agent": {"env": [{"name": "A", "value": "b"}]}}, "to spec.agent.pod.env"),
    ({"agent": {"pod": {"env": {"A": "b"}}}}, "to spec.agent.env"),
    ({"k8s_sensor": {"pollrate": 10}}, "such as 10s"),
    ({"zones": {"name": "east"}}, "for a single zone use spec.zone.name"),
]
"""Values in the shape of another field."""


@pytest.mark.parametrize(("values", "says"), SHAPES)
def test_value_in_another_shape_is_told_where_it_belongs(values: Obj, says: str) -> None:
    with pytest.raises(Refused, match=re.escape(says)):
        rendered(values)


def test_every_shape_that_people_give_is_tried() -> None:
    assert len(SHAPES) == len([*misshapen()])


AS_TEXTS = {
    "true": "true",
    "no": "false",
    "3128": "3128",
    "-1": "-1",
    "999999": "999999",
    "0": "0",
    "0.5": "0.5",
    "123456.123456789": "123456.123456789",
}
"""What the chart 2.0.x makes of them too."""

LOSSY = {
    "1000000": "a number",
    "1e6": "a number",
    "9007199254740993": "a number",
    "0.0000001": "a number",
    "0.1234567890123456789": "a number",
    "[a]": "a list",
    "{a: b}": "a map",
}
VARIABLES = (("agent", "env"), ("controller", "settings"))


def variables(place: tuple[str, str], texts: Iterable[str]) -> str:
    section, name = place
    entries = "".join(f"    T{number}: {text}\n" for number, text in enumerate(texts))
    return f"{section}:\n  {name}:\n{entries}"


def test_numbers_and_truth_values_become_variables() -> None:
    expected = {f"T{number}": each for number, each in enumerate(AS_TEXTS.values())}
    agents, service = (rendered(variables(place, AS_TEXTS)) for place in VARIABLES)

    assert agent_of(agents)["spec"]["agent"]["env"] == expected
    assert _env(service).items() >= expected.items()


@pytest.mark.parametrize("place", VARIABLES, ids=".".join)
def test_variable_that_would_change_is_refused(place: tuple[str, str]) -> None:
    with pytest.raises(Refused, match="in quotes, or use --set-string") as refused:
        rendered(variables(place, LOSSY))

    for number, (text, kind) in enumerate(LOSSY.items()):
        assert f"* {'.'.join(place)}.T{number}: is {kind}" in str(refused.value)
        assert f"{text}\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["true", "3128", "1000000", "9007199254740993", "0128", "1.10"])
def test_variable_is_set_by_an_option(text: str) -> None:
    assert spec_of({}, f"--set=agent.env.X={text}")["agent"]["env"] == {"X": text}


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


NUMBERS = """
agent:
  endpointPort: 8443
  proxyPort: "03128"
  minReadySeconds: 1000000
  additionalBackends:
    - {endpointHost: second.example, endpointPort: 443, key: second-key}
  updateStrategy: {rollingUpdate: {maxUnavailable: 2}}
  pod:
    labels: {1: "1"}
    requests: {cpu: 0.5, memory: 1Gi}
    limits: {cpu: 2, memory: 2147483648}
    volumes:
      - {name: scratch, emptyDir: {sizeLimit: 0.5}}
  configuration:
    8080: {exponent: 1e3, large: 4503599627370497, small: 0.1, octal: 007, off: "off"}
"""


def test_numbers_reach_the_resource() -> None:
    assert spec_of(NUMBERS)["agent"] == {
        "endpointHost": "ingress-red-saas.instana.io",
        "endpointPort": "8443",
        "proxyPort": "03128",
        "minReadySeconds": 1000000,
        "additionalBackends": [
            {"endpointHost": "second.example", "endpointPort": "443", "key": "second-key"}
        ],
        "updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}},
        "pod": {
            "labels": {"1": "1"},
            "requests": {"cpu": "0.5", "memory": "1Gi"},
            "limits": {"cpu": 2, "memory": 2147483648},
            "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "0.5"}}],
        },
        "configuration": {
            # As kubectl reads `off:`, the name of an entry that is not quoted.
            "8080": {"exponent": 1000, "large": 2**52 + 1, "small": 0.1, "octal": 7, "false": "off"}
        },
    }


MISTAKES = """
agnet: {}
agent:
  endpiontHost: a
  minReadySeconds: 1.5
  env: {no: word}
  configuration: {a: [{large: 9007199254740993}]}
  pod:
    labels: {a: true}
    env: [{name: A, value: 1}]
opentelemetry: {enabled: "false"}
controller: {replicas: two}
"""


def test_mistakes_are_refused_with_their_places() -> None:
    with pytest.raises(Refused) as refused:
        rendered(MISTAKES)

    for told in (
        "additional properties 'agnet' not allowed",
        "'/agent': additional properties 'endpiontHost' not allowed",
        "'/agent/minReadySeconds': got number, want null or integer",
        "'/agent/env/false': false schema",
        "'/agent/configuration/a/0/large': maximum",
        "'/agent/pod/labels/a': got boolean, want null or string",
        "'/agent/pod/env/0/value': got number, want null or string",
        "'/opentelemetry/enabled': got string, want null or boolean",
        "'/controller/replicas': got string, want null or integer",
    ):
        assert told in str(refused.value)


INLINE: Obj = {
    "agent": {
        "key": "secret-1",
        "downloadKey": "secret-2",
        "proxyPassword": "secret-3",
        "agentReleaseRepoMirrorPassword": "secret-4",
        "instanaSharedRepoMirrorPassword": "secret-5",
        "additionalBackends": [
            {
                "endpointHost": "a",
                "endpointPort": "1",
                "keySecretKeyRef": {"name": "a", "key": "b"},
            },
            {"endpointHost": "b", "endpointPort": "1", "key": "secret-6"},
        ],
        "tls": {"certificate": "eA==", "key": "eA=="},
    }
}


def secrets_said(values: Obj) -> list[str]:
    said: list[str] = json.loads(notes_for(json.dumps(values), "secretsInValues"))
    return said


def test_notes_warn_of_each_secret_in_the_values() -> None:
    said = secrets_said(INLINE)

    assert len(said) == len(INLINE_SECRETS)
    assert [each for each in said if "can read" not in each] == []
    assert "agent.additionalBackends[].key: " in str(said)
    assert "secret-" not in str(said)


@pytest.mark.parametrize(
    "values",
    [INLINE | {"controller": {"inlineSecrets": "Allow"}}, {"agent": KEY}, {"agent": {"pod": None}}],
    ids=["allowed", "none", "null"],
)
def test_notes_warn_of_no_other_value(values: Obj) -> None:
    assert secrets_said(values) == []


IN_A_CLUSTER = ("--api-versions=v1/Secret", "--api-versions=instana.io/v1/InstanaAgent")
NAMELESS: list[tuple[Obj, str]] = [
    ({}, "key-source"),
    ({"agent": KEY}, "cluster-name"),
    ({"agent": KEY, "zones": [{"name": "east"}]}, "cluster-name-of-zones"),
]


@pytest.mark.parametrize(("values", "rule"), NAMELESS)
def test_upgrade_that_lacks_a_name_is_refused(values: Obj, rule: str) -> None:
    """So it is for a further release: only the first one may leave the InstanaAgent out."""
    message = re.escape(message_of(BY_IDENTIFIER[rule]))

    with pytest.raises(Refused, match=f"InstanaAgent instana-agent: {message}"):
        rendered(values, *IN_A_CLUSTER)
    assert rendered(values | {"controller": {"agent": {"create": False}}}, *IN_A_CLUSTER)
    assert rendered(values, IN_A_CLUSTER[0])


@pytest.mark.parametrize(
    "values",
    [
        {"agent": KEY, "cluster": {"name": "c"}},
        {"agent": KEY, "zone": {"name": "z"}},
        {"agent": KEY, "cluster": {"name": "c"}, "zones": [{"name": "east"}]},
        {"agent": {"key": "k"}, "cluster": {"name": "c"}},
        {"agent": {"keySecretKeyRef": {"name": "a", "key": "b"}}, "cluster": {"name": "c"}},
    ],
    ids=json.dumps,
)
def test_upgrade_with_a_name_and_a_key_is_taken(values: Obj) -> None:
    assert agent_of(rendered(values, *IN_A_CLUSTER))


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


def test_service_has_a_namespace_of_its_own() -> None:
    here = rendered({"agent": KEY})
    apart = rendered({"agent": KEY, "controller": {"namespace": "hooks"}})
    places = {(each["kind"], each["metadata"].get("namespace")) for each in apart}
    beside = {kind for kind, namespace in places if namespace == "instana-agent"}

    assert {namespace for _, namespace in places} == {"hooks", "instana-agent", None}
    assert beside == {"InstanaAgent", "RoleBinding"}
    assert agent_of(apart) == agent_of(here)
    assert len(apart) == len(here)
    assert "instana-agent-hooks.hooks.svc" in json.dumps(apart)
    assert "instana-agent-hooks.instana-agent.svc" not in json.dumps(apart)
    assert _env(apart)["AGENT_NAMESPACES"] == "instana-agent"


def test_agents_may_be_in_further_namespaces_besides() -> None:
    namespaces = ["instana-agent", "team-a"]
    objects = rendered({"controller": {"namespace": "hooks", "namespaces": namespaces}})

    assert _env(objects)["AGENT_NAMESPACES"] == "instana-agent,team-a"


def test_namespace_of_the_release_is_no_other_one() -> None:
    named = rendered({"controller": {"namespace": "instana-agent"}})

    assert _without_secrets(named) == _without_secrets(rendered())


def _without_secrets(objects: list[Obj]) -> list[Obj]:
    """Return the objects without what is made anew each time, and its version."""
    text = json.dumps([each for each in objects if each["kind"] != "Secret"])
    rest: list[Obj] = json.loads(re.sub(r"(credentials(=|\": \"))\d+", r"\1", text))
    return rest


@pytest.mark.parametrize(
    ("controller", "told"),
    [
        ({"namespace": "hooks", "namespaces": ["hooks"]}, "hooks is also in controller.namespaces"),
        ({"namespace": "Hooks"}, "'/controller/namespace'"),
    ],
)
def test_namespace_of_the_service_is_refused(controller: Obj, told: str) -> None:
    with pytest.raises(Refused, match=re.escape(told)):
        rendered({"controller": controller})


def test_further_release_needs_no_namespace_of_the_service() -> None:
    controller = {"enabled": False, "namespace": "hooks", "namespaces": ["hooks"]}

    assert [each["kind"] for each in rendered({"controller": controller, "agent": KEY})] == [
        "InstanaAgent"
    ]


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


SIZE = {"key": "size", "operator": "In", "values": ["big"]}
BY_NAME = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}
REQUIREMENTS = [
    {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]},
    {
        "key": "kubernetes.io/arch",
        "operator": "In",
        "values": ["amd64", "arm64", "ppc64le", "s390x"],
    },
]


@pytest.mark.parametrize(
    ("given", "terms"),
    [
        (None, [{"matchExpressions": REQUIREMENTS}]),
        ([], [{"matchExpressions": REQUIREMENTS}]),
        (
            [{"matchExpressions": [SIZE]}, BY_NAME],
            [
                {"matchExpressions": [SIZE, *REQUIREMENTS]},
                BY_NAME | {"matchExpressions": REQUIREMENTS},
            ],
        ),
        (
            [{"matchExpressions": [REQUIREMENTS[0], SIZE]}, {}],
            [{"matchExpressions": [REQUIREMENTS[0], SIZE, REQUIREMENTS[1]]}],
        ),
        ([{}], [{}]),
    ],
)
def test_each_term_for_nodes_requires_what_the_image_runs_on(
    given: list[Obj] | None, terms: list[Obj]
) -> None:
    apart: Obj = {"preferredDuringSchedulingIgnoredDuringExecution": []}
    affinity: Obj = {"podAntiAffinity": apart}
    if given is not None:
        affinity["nodeAffinity"] = {REQUIRED: {"nodeSelectorTerms": given}}
    objects = rendered({"controller": {"affinity": affinity}})
    (pod,) = (each["spec"] for each in objects if each["kind"] == "Pod")
    (service,) = (each["spec"] for each in objects if each["kind"] == "Deployment")
    found = service["template"]["spec"]["affinity"]

    assert found["nodeAffinity"][REQUIRED] == {"nodeSelectorTerms": terms}
    assert found["podAntiAffinity"] == apart
    assert pod["affinity"] == {"nodeAffinity": found["nodeAffinity"]}


def test_nodes_with_another_operating_system_are_refused() -> None:
    with pytest.raises(Refused, match=r"controller\.nodeSelector: .* image is for Linux"):
        rendered({"controller": {"nodeSelector": {"kubernetes.io/os": "windows"}}})


def test_one_replica_has_no_budget_that_would_hold_up_a_drain() -> None:
    kinds = {each["kind"] for each in rendered({"controller": {"replicas": 1}})}

    assert "PodDisruptionBudget" not in kinds


def test_webhooks_with_a_certificate_of_others_need_its_authority() -> None:
    values = {"controller": {"webhooks": {"validating": True}, "tls": {"source": "Secret"}}}

    with pytest.raises(Refused, match=r"controller\.tls\.caBundle"):
        rendered(values)


@pytest.mark.parametrize("namespaces", [[], ["a", "b"], ["*"]])
def test_metacontroller_asks_anew_whose_agents_count_when_they_change(
    namespaces: list[str],
) -> None:
    objects = rendered({"controller": {"namespaces": namespaces}})
    (controller,) = [each for each in objects if each["kind"] == "DecoratorController"]
    url = controller["spec"]["hooks"]["customize"]["webhook"]["url"]

    asked = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert asked["namespaces"] == [",".join(namespaces)]
    assert asked.keys() == {"namespaces", "credentials"}


@pytest.mark.parametrize(
    ("image", "release"),
    [
        ({"tag": "1.2.3-mirrored_2"}, "1.2.3-mirrored_2"),
        ({"tag": "1.2.3", "digest": f"sha256:{'ab' * 32}"}, "ab" * 32),
    ],
)
def test_controller_and_service_name_the_image_as_release(image: Obj, release: str) -> None:
    objects = rendered({"controller": {"image": image}})
    (controller,) = [each for each in objects if each["kind"] == "CompositeController"]
    (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
    address = urlsplit(controller["spec"]["hooks"]["sync"]["webhook"]["url"])
    (container,) = deployment["spec"]["template"]["spec"]["containers"]

    assert parse_qs(address.query)["release"] == [release]
    assert {"name": "RELEASE", "value": release} in container["env"]
    assert is_release(release)


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
    assert text.count("own-tls") == 5
    assert "'own-tls', 'own-token']" in text  # reserved names
    assert '"INSTALLATION_SECRETS", "value": "own-tls,own-token"' in text
    assert "credentials=" not in text


def test_pod_of_the_test_runs_a_command_that_there_is() -> None:
    (pod,) = [each for each in rendered() if each["kind"] == "Pod"]
    (container,) = pod["spec"]["containers"]
    _, _, _, name, *options = container["command"]
    command = main.get_command(click.Context(main), name)
    assert command
    known = {option for each in command.params for option in each.opts}

    assert {each.partition("=")[0] for each in options} == known
    mounted = [each["mountPath"] for each in container["volumeMounts"]]
    files = [each.partition("=")[2] for each in options if "-file=" in each]
    assert [str(Path(file).parent) for file in files] == mounted


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
