"""`python -m hooks explain`: a table for people, JSON for programs, paths and exit codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.explain import Explanation, Situation, explain, fields
from hooks.explain.explaining import Watch
from hooks.kube.objects import Obj
from tests.support.resources import agent, secret

NOTHING_AT_PATH, INVALID = 1, 2
IMAGE = "DaemonSet/instana-agent:spec.template.spec.containers[instana-agent].image"
AT = "spec.agent.image"
NAME = f"default {AT}.name (icr.io/instana/agent)"
TAGGED = agent({"agent": {"image": {"tag": "1.2.3"}}})


@pytest.fixture(autouse=True, scope="module")
def _explained_once() -> Iterator[None]:
    """Explain each resource once: most tests differ in what is printed of it."""
    known: dict[str, Explanation] = {}

    def remembered(situation: Situation, watch: Watch = iter) -> Explanation:
        key = f"{situation}, {fields.MOST_GIVEN}"
        if key not in known:
            known[key] = explain(situation, watch)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hooks.cli.explain.explain", remembered)
        yield


def run(*arguments: str, objects: tuple[Obj, ...] = (TAGGED,)) -> Result:
    text = yaml.safe_dump_all(objects)
    return CliRunner().invoke(main, ["explain", *arguments], input=text)


def test_a_leaf_has_a_line_with_its_origins() -> None:
    result = run(IMAGE, "-")
    child, titles, line = result.stdout.splitlines()

    assert result.exit_code == 0
    assert (child, titles.split()) == ("DaemonSet/instana-agent", ["LEAF", "ORIGIN"])
    assert line.split(maxsplit=1) == [
        "spec.template.spec.containers[instana-agent].image",
        f"field {AT}.tag (1.2.3); also {NAME}, default {AT}.digest (not given)",
    ]


def test_without_a_path_all_children_are_explained() -> None:
    result = run("-")
    children = [line for line in result.stdout.splitlines() if not line.startswith(" ")]

    assert result.exit_code == 0
    assert {"DaemonSet/instana-agent", "Secret/instana-agent", "Service/instana-agent"} <= {
        *children
    }
    assert "built in (DaemonSet)" in result.stdout
    assert "default spec.opentelemetry.enabled (true)" in result.stdout
    assert " more\n" in result.stdout


def test_json_has_all_origins() -> None:
    result = run(IMAGE, "-", "-o", "json")
    printed = json.loads(result.stdout)

    assert printed.keys() == {"leaves", "together", "untried"}
    assert printed["leaves"] == [
        {
            "child": "DaemonSet/instana-agent",
            "needs": [],
            "origins": [
                {"name": "spec.agent.image.tag", "source": "field", "value": "1.2.3"},
                {
                    "name": "spec.agent.image.name",
                    "source": "default",
                    "value": "icr.io/instana/agent",
                },
                {"name": "spec.agent.image.digest", "source": "default"},
            ],
            "path": "spec.template.spec.containers[instana-agent].image",
            "value": "icr.io/instana/agent:1.2.3",
        }
    ]


def test_no_value_of_a_secret_is_printed() -> None:
    parent = agent({"agent": {"key": "s3ntinel", "keysSecret": "keys"}})
    for output in ("text", "json"):
        result = run("-", "-o", output, objects=(parent, secret("keys", downloadKey="s3ntinel")))

        assert result.exit_code == 0
        assert "Secret/keys entry downloadKey" in result.stdout
        assert "s3ntinel" not in result.output
        assert "czNudGluZWw" not in result.output


def test_a_fact_can_be_given() -> None:
    result = run("DaemonSet/instana-agent:metadata.labels", "-", "--fact", "operatorVersion=9.9.9")

    assert "fact operatorVersion (9.9.9)" in result.stdout


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("DaemonSet/other", "there is no DaemonSet/other"),
        (
            "DaemonSet/instana-agent:spec.templet",
            "DaemonSet/instana-agent has nothing at spec.templet; did you mean spec.template?",
        ),
    ],
)
def test_a_path_of_nothing_ends_with_one_line(path: str, message: str) -> None:
    result = run(path, "-")

    assert result.exit_code == NOTHING_AT_PATH
    assert result.stderr.splitlines()[-1].startswith(message)
    assert not result.stdout


def test_an_invalid_resource_ends_with_its_problems() -> None:
    result = run("-", objects=(agent({"k8s_sensor": {"pollrate": "often"}}),))

    assert result.exit_code == INVALID
    assert ": InstanaAgent instana-agent: error: spec.k8s_sensor.pollrate: " in result.stderr
    assert not result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((IMAGE,), "a FILE is needed after PATH"),
        ((IMAGE, "Deployment/x", "-"), "only one PATH can be given: there is no file Deployment/x"),
    ],
)
def test_wrong_arguments_are_explained(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)

    assert result.exit_code == INVALID
    assert message in result.stderr


def test_a_file_may_be_named_like_a_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Deployment").mkdir()
    (tmp_path / "Deployment" / "x").write_text(yaml.safe_dump(TAGGED))
    monkeypatch.chdir(tmp_path)
    result = run(IMAGE, "Deployment/x")

    assert result.exit_code == 0
    assert "(1.2.3)" in result.stdout


def test_what_is_not_looked_at_one_by_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MOST_GIVEN", 40)
    variables = {f"NAME_{number}": "value" for number in range(60)}
    result = run(IMAGE, "-", objects=(agent({"agent": {"env": variables}}),))

    assert result.exit_code == 0
    assert "note: there is too much to change it part by part in: spec.agent.env\n" in result.stderr


def test_what_can_have_no_other_value_is_told() -> None:
    pod = {"containers": [{"name": "instana-agent", "tty": True}]}
    patch = {"spec": {"template": {"spec": pod}}}
    parent = agent({"overrides": {"agentDaemonSet": patch}})
    result = run(IMAGE, "-", objects=(parent,))

    assert result.exit_code == 0
    assert result.stderr.splitlines()[-1] == (
        "note: no other value is possible, so no leaf is traced to: "
        "spec.overrides.agentDaemonSet.spec.template.spec.containers[0].name"
    )


def test_values_that_no_terminal_can_show_are_escaped() -> None:
    override = {"metadata": {"annotations": {"note": "two\nlines" + 100 * "x"}}}
    parent = agent({"overrides": {"agentService": override}})
    result = run("Service/instana-agent:metadata.annotations", "-", objects=(parent,))

    assert '("two\\nlines' in result.stdout
    assert "...)" in result.stdout
