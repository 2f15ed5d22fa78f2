"""The command line, through click's own runner; the answers are those of the pure functions."""

import json
import re
from base64 import b64encode
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.generate import generated
from hooks.cli.program.command_line import main
from hooks.errors import InternalError
from tests.support.kustomize import checkout
from tests.support.resources import agent

CASES = Path("tests/fixtures/go-operator")
MINIMAL = str(CASES / "minimal" / "input.yaml")
SECRET_VALUE = "s3cr3t-value"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


def test_yaml_has_children_and_bindings_as_documents() -> None:
    result = run("render", MINIMAL)
    kinds = [each["kind"] for each in yaml.safe_load_all(result.stdout)]

    assert result.exit_code == 0
    assert kinds.count("ClusterRoleBinding") == 2
    assert {"DaemonSet", "Deployment", "Secret", "ConfigMap", "Service"} <= set(kinds)


def test_json_has_children_attachments_and_status() -> None:
    answer = json.loads(run("render", MINIMAL, "-o", "json").stdout)

    assert sorted(answer) == ["attachments", "children", "status"]
    assert answer["status"]["conditions"][0]["type"] == "Ready"


@pytest.mark.parametrize("output", ["yaml", "json"])
def test_redacted_output_names_the_entries_of_secrets_only(output: str) -> None:
    key = b64encode(b"agent-key")
    plain, redacted = (
        CliRunner().invoke(main, ["render", "-o", output, *options, "-"], input=json.dumps(agent()))
        for options in ([], ["--redact"])
    )

    documents = list(yaml.safe_load_all(redacted.stdout))
    shown = documents if output == "yaml" else documents[0]["children"]
    secrets = [each for each in shown if each["kind"] == "Secret"]
    assert key in plain.stdout_bytes
    assert secrets
    assert {value for each in secrets for value in each["data"].values()} == {"**redacted**"}
    assert key not in redacted.stdout_bytes


def test_redacted_output_has_no_credentials_in_variables_arguments_and_urls() -> None:
    env = {
        "MY_PASSWORD": "s3ntinel-1",
        "URL": "https://me:s3ntinel-2@host.example",
        "PLAIN": "text",
    }
    container = {"name": "instana-agent", "args": ["--token=s3ntinel-3", "--mode=x"]}
    template = {"spec": {"containers": [container]}}
    spec = {
        "agent": {"env": env, "pod": {"env": [{"name": "API_KEY", "value": "s3ntinel-4"}]}},
        "overrides": {"agentDaemonSet": {"spec": {"template": template}}},
    }
    plain, redacted = (
        CliRunner().invoke(main, ["render", *options, "-"], input=json.dumps(agent(spec))).stdout
        for options in ([], ["--redact"])
    )

    assert {f"s3ntinel-{number}" for number in range(1, 5)} <= {*re.findall(r"s3ntinel-\d", plain)}
    assert "s3ntinel" not in redacted
    assert all(shown in redacted for shown in ("value: text", "host.example", "--mode=x"))


def test_standard_input_is_read() -> None:
    text = Path(MINIMAL).read_text()

    assert run("render", "-", stdin=text).stdout == run("render", MINIMAL).stdout


def test_json_input_is_read() -> None:
    text = json.dumps(yaml.safe_load(Path(MINIMAL).read_text()))

    assert run("render", "-", stdin=text).stdout == run("render", MINIMAL).stdout


def test_objects_of_the_cluster_count() -> None:
    case = CASES / "workload-namespaces"
    with_cluster = run("render", str(case / "input.yaml"), str(case / "cluster.yaml"))

    assert "robot-shop" in with_cluster.stdout


def test_facts_are_taken() -> None:
    on_openshift = run("render", MINIMAL, "--fact", "openshift=true").stdout

    assert "/var/vcap" in run("render", MINIMAL).stdout
    assert "/var/vcap" not in on_openshift


@pytest.mark.parametrize("fact", ["openshift=maybe", "colour=blue", "openshift"])
def test_wrong_fact_ends_with_one(fact: str) -> None:
    result = run("render", MINIMAL, "--fact", fact)

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_invalid_resource_ends_with_two_and_a_line_per_problem() -> None:
    text = f"""
        apiVersion: instana.io/v1
        kind: InstanaAgent
        metadata: {{name: agent}}
        spec:
          agent: {{endpointHost: a, endpointPort: "1", proxyPassword: [{SECRET_VALUE}], mode: 7}}
    """
    result = run("render", "-", stdin=text)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"<stdin>:6:{column}: InstanaAgent agent: error: spec.agent.{what} (rule field-type)"
        for column, what in (
            (70, "proxyPassword: must be a string, not a list"),
            (92, "mode: must be a string: put it in quotes"),
        )
    ]


@pytest.mark.parametrize("command", ["render", "diff"])
@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ("agent: {tollerations: []}", "spec.agent.tollerations"),
        ("agent: {endpointPort: 443}", "spec.agent.endpointPort"),
        ("agent: {endpointHost: null}", "spec.agent.endpointHost"),
        ("agent.key: a", 'spec["agent.key"]'),
        ("agent: {pod: {affinity: {nodeAffinity: {nodeSelectorTerms: []}}}}", "nodeSelectorTerms"),
    ],
)
def test_commands_see_what_validate_sees(
    tmp_path: Path, command: str, spec: str, path: str
) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(yaml.safe_dump(agent(yaml.safe_load(spec))))
    told = run("validate", str(file)).stdout.splitlines()
    result = run(command, str(file))

    assert (result.exit_code, result.stdout) == (2, "")
    errors = [line for line in told if ": error: " in line]
    assert result.stderr.splitlines() == errors
    assert path in errors[0]


@pytest.mark.parametrize("command", ["render", "diff"])
def test_another_version_is_told_as_validate_tells_it(tmp_path: Path, command: str) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(yaml.safe_dump(agent() | {"apiVersion": "instana.io/v1beta1"}))
    result = run(command, str(file))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == run("validate", str(file)).stdout.splitlines()[:1]
    assert "apiVersion: must be instana.io/v1 (rule served-version)\n" in result.stderr


@pytest.mark.parametrize("command", ["render", "diff"])
def test_the_namespace_that_is_assumed_is_told(tmp_path: Path, command: str) -> None:
    file, placed = tmp_path / "agent.yaml", agent()
    homeless = placed | {"metadata": {"name": "instana-agent"}}
    told = []
    for resource in (placed, homeless):
        file.write_text(yaml.safe_dump(resource))
        told.append("metadata.namespace: is not set" in run(command, str(file)).stderr)

    assert told == [False, True]


def test_warnings_of_what_is_rendered_are_told(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(yaml.safe_dump(agent()))
    result = run("render", str(file))

    assert result.exit_code == 0
    assert f"{file}:12:10: InstanaAgent instana-agent: warning: spec.agent.key: " in result.stderr


@pytest.mark.parametrize("text", ["just text", "kind: Secret", "", "{kind: List, items: [1]}"])
def test_unreadable_input_ends_with_one_and_one_line(text: str) -> None:
    result = run("render", "-", stdin=text)

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["validate", "render", "diff"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!int abc", "15:4: is not of the type of its tag"),
        ("\na:\n- .inf", "17:3: is infinite or not a number, which no resource can have: put it"),
        ("{a: 1, null: b}", "15:8: the name of a field is null or a number of more than 64 bits"),
        ("a: [", "16:1: is not YAML: did not find expected node content"),
        ("a: \x00", "15:4: is not YAML: control characters are not allowed"),
        ("a: \udcff", "15:4: is not encoded in UTF-8"),
    ],
)
def test_what_kubectl_refuses_ends_with_two_and_its_place(
    tmp_path: Path, command: str, text: str, message: str
) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(f"{Path(MINIMAL).read_text()}---\n{text}", errors="surrogateescape")
    result = run(command, str(file))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{file}:{message}")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["render", "diff"])
@pytest.mark.parametrize(
    ("metadata", "place", "column"),
    [
        ("labels: [1]", "metadata.labels", 32),
        ("labels: {a: 1}", "metadata.labels[a]", 36),
        ('annotations: {"b\\nc": {}}', "metadata.annotations[b c]", 46),
        ("namespace: 5", "metadata.namespace", 35),
    ],
)
def test_a_type_that_no_object_has_is_named(
    command: str, metadata: str, place: str, column: int
) -> None:
    node = f"apiVersion: v1\nkind: Node\nmetadata: {{name: node, {metadata}}}\n"
    result = run(command, "-", stdin=f"{Path(MINIMAL).read_text()}---\n{node}")

    assert result.exit_code == 1
    assert result.stderr == (
        f"<stdin>:17:{column}: Node/node: {place} has a value of the wrong type\n"
    )


def test_a_date_and_null_are_texts_as_they_are_for_kubectl() -> None:
    metadata = "{name: instana-agent, namespace: null, labels: {a: 2001-01-01, b: null}}"
    more = f"apiVersion: v1\nkind: Namespace\nmetadata: {metadata}\n"
    result = run("render", "-", stdin=f"{Path(MINIMAL).read_text()}---\n{more}")

    assert result.exit_code == 0, result.stderr


OF_OTHERS = (
    "{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: a}, data: {spec: {b: 1}}}",
    '{apiVersion: example.io/v1, kind: Thing, metadata: {name: a}, status: {replicas: "3"}}',
    "{apiVersion: example.io/v1, kind: Thing, metadata: {name: a, labels: [1], namespace: 5}}",
    "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: a}, spec: {ports: 5}}",
    "{apiVersion: example.io/v1, kind: Secret, metadata: {name: a}, data: 1, stringData: {b: 1}}",
    "{apiVersion: example.io/v1, kind: ClusterRole, metadata: {name: a, labels: 1}}",
    "{apiVersion: instana.io/v2, kind: InstanaAgent, metadata: {name: a, labels: 1}}",
)
"""Objects in no request, whose fields may be of any type."""
NULLS = (
    "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {nodeName: null, containers: null}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {phase: null, reason: null}}",
    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{name: null, port: 1}]}}",
    "{apiVersion: v1, kind: Secret, metadata: {name: a, uid: null}, type: null, data: {b: null}}",
    "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: a, uid: null}}",
)
IN_REQUESTS = (
    ("apiVersion: v1, kind: Pod", "spec: {nodeName: 5}", "Pod/a: spec.nodeName"),
    ("apiVersion: v1, kind: Service", "spec: {ports: 5}", "Service/a: spec.ports"),
    ("apiVersion: v1, kind: Secret", "data: {b: 1}", "Secret/a: data[b]"),
    (
        "apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole",
        "roleRef: 1",
        "ClusterRole/a: roleRef",
    ),
    (
        "apiVersion: cert-manager.io/v1, kind: Certificate",
        "status: {conditions: 1}",
        "Certificate/a: status.conditions",
    ),
)


@pytest.mark.parametrize("command", ["render", "diff"])
@pytest.mark.parametrize("other", OF_OTHERS + NULLS)
def test_what_the_api_server_takes_is_taken(command: str, other: str) -> None:
    agent_only = Path(MINIMAL).read_text()
    alone = run(command, "-", stdin=agent_only)
    result = run(command, "-", stdin=f"{agent_only}---\n{other}\n")

    assert alone.stdout
    assert (result.exit_code, result.stdout) == (alone.exit_code, alone.stdout), result.stderr


@pytest.mark.parametrize("command", ["render", "diff"])
@pytest.mark.parametrize(("kind", "part", "place"), IN_REQUESTS)
def test_what_it_refuses_of_a_request_is_named(
    command: str, kind: str, part: str, place: str
) -> None:
    other = f"{{{kind}, metadata: {{name: a}}, {part}}}"
    result = run(command, "-", stdin=f"{Path(MINIMAL).read_text()}---\n{other}\n")

    assert result.exit_code == 1
    found = re.sub(r"^<stdin>:15:\d+: ", "", result.stderr)
    assert found == f"{place} has a value of the wrong type\n"


@pytest.mark.parametrize("command", ["validate", "render"])
def test_json_is_read_as_other_programs_write_it(tmp_path: Path, command: str) -> None:
    annotations = {"example.io/face": "\U0001f600 \x7f", "k" * 2000: ""}
    resource = agent()
    resource["metadata"]["annotations"] = annotations
    file = tmp_path / "file.json"
    file.write_text(json.dumps(resource) + json.dumps({"kind": "List", "items": []}))
    result = run(command, str(file))

    assert result.exit_code == 0, result.stderr


def test_several_resources_are_refused() -> None:
    result = run("render", MINIMAL, MINIMAL)

    assert result.exit_code == 1
    assert result.stderr == (
        f"{MINIMAL}:2:1: pass exactly one InstanaAgent of instana.io/v1, not 2\n"
    )


def test_mistake_of_our_own_is_not_taken_for_a_wrong_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise InternalError("broken")

    monkeypatch.setattr("hooks.cli.render.command.render_given", fail)

    assert isinstance(run("render", MINIMAL).exception, InternalError)


def test_generate_writes_all_generated_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout(tmp_path))

    assert run("generate").exit_code == 0
    made = generated()
    assert {file: file.read_text() for file in made} == made


def test_version_is_told() -> None:
    assert run("--version").stdout.startswith("instana-agent-hooks, version ")
