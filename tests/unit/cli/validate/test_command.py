"""`python -m hooks validate`: exit codes and lines."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.inputs import files
from hooks.cli.program.command_line import main
from hooks.errors import LONGEST_PATH
from hooks.kube.bounded_yaml import DEEPEST
from tests.support.resources import agent

QUIET = {
    "agent": {"key": None, "keysSecret": "instana-keys", "endpointHost": "backend.example"},
}


def validate(tmp_path: Path, *documents: Any, strict: bool = False, text: str = "") -> Result:
    file = tmp_path / "agent.yaml"
    file.write_text(text or "---\n".join(map(yaml.safe_dump, documents)))
    options = ["--strict"] if strict else []
    return CliRunner().invoke(main, ["validate", *options, str(file)])


@pytest.mark.parametrize("strict", [False, True])
def test_a_fine_resource_ends_with_0(tmp_path: Path, *, strict: bool) -> None:
    done = validate(tmp_path, agent(QUIET), {"kind": "Secret"}, None, strict=strict)

    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "valid: 1\n")


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 2)])
def test_warnings_are_told_and_count_with_strict(
    tmp_path: Path, *, strict: bool, code: int
) -> None:
    done = validate(tmp_path, agent(), strict=strict)

    assert done.exit_code == code
    assert done.stdout == (
        f"{tmp_path}/agent.yaml:12:10: InstanaAgent instana-agent: warning: spec.agent.key: is a "
        "credential that everyone who may read the resource can read: move it to a "
        "Secret and name its entry in keySecretKeyRef, or add it as entry key to the "
        "Secret that keysSecret names (rule inline-key)\n"
    )


def test_each_problem_of_each_resource_has_a_line(tmp_path: Path) -> None:
    bad = agent({"agent": {"mode": "FULL", "endpointPort": "0"}, "openshift": "yes"})
    items = {"kind": "List", "items": [bad, agent({"cluster": None}, name="second")]}
    done = validate(tmp_path, items)

    assert done.exit_code == 2
    errors = [each.split(": error: ") for each in done.stdout.splitlines() if "error" in each]
    assert [(where, what.partition(": ")[0]) for where, what in errors] == [
        (f"{tmp_path}/agent.yaml:17:16: InstanaAgent instana-agent", "spec.openshift"),
        (f"{tmp_path}/agent.yaml:26:5: InstanaAgent second", "spec.cluster.name"),
    ]


def test_a_value_has_one_problem_of_its_type(tmp_path: Path) -> None:
    spec = {"agent": {"env": {"A": 1, "b.c": 2}, "pod": {"labels": {"d.e/f": 3}}}}
    done = validate(tmp_path, agent(QUIET | spec))

    assert [line.split(": ")[3] for line in done.stdout.splitlines()] == [
        *("spec.agent.env[A]", "spec.agent.env[b.c]", "spec.agent.pod.labels[d.e/f]")
    ]


@pytest.mark.parametrize("as_json", [False, True])
def test_places_in_streams_and_lists(tmp_path: Path, *, as_json: bool) -> None:
    bad = agent(QUIET | {"zone": {"title": "a"}})
    items = {"kind": "List", "items": [{"kind": "Secret"}, bad]}
    if as_json:
        text = json.dumps(bad, indent=1) + "\n" + json.dumps(items, indent=1)
    else:
        text = f"{yaml.safe_dump(bad)}---\n{yaml.safe_dump(items)}"
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if "title" in line]
    done = validate(tmp_path, text=text)

    column = {True: (4, 6), False: (5, 7)}[as_json]
    assert done.exit_code == 2
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [
        f"{tmp_path}/agent.yaml:{line}:{place}" for line, place in zip(lines, column, strict=True)
    ]


def test_a_long_name_makes_no_long_line(tmp_path: Path) -> None:
    done = validate(tmp_path, agent(QUIET | {"x" * 10_000: 1}))

    assert done.exit_code == 2
    assert ": InstanaAgent instana-agent: error: spec.xxx" in done.stdout
    assert done.stdout.endswith(" (rule unknown-field)\n")
    assert len(done.stdout) < 2 * LONGEST_PATH


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"agnet": {}}, "spec.agnet: is not a field of the resource"),
        (
            {"agent": {"pod": {"volumes": [{"title": "x"}]}}},
            "spec.agent.pod.volumes[0].title: is no",
        ),
        ({"agent": {"endpointPort": None}}, "spec.agent.endpointPort: is required (rule req"),
        ({"agent": {"pod": {"limits": {"cpu": 0.5}}}}, "spec.agent.pod.limits[cpu]: must be a "),
        ({"agent": {"pod": {"limits": {"cpu": "x"}}}}, "spec.agent.pod.limits[cpu]: is not a Ku"),
        ({"agent": {"pod": {"tolerations": [3]}}}, "spec.agent.pod.tolerations[0]: must be an obj"),
        ({"agent": {"minReadySeconds": True}}, "spec.agent.minReadySeconds: must be a whole numb"),
        ({"zones": [{"name": ""}]}, "spec.zones[0].name: is required"),
        ({"serviceAccount": {"name": "instana-agent-k8sensor"}}, "(rule child-repeated)"),
    ],
)
def test_what_the_api_server_refuses_is_an_error(spec: Any, problem: str, tmp_path: Path) -> None:
    done = validate(tmp_path, agent(spec))

    assert done.exit_code == 2
    assert problem in done.stdout


def test_another_version_is_an_error(tmp_path: Path) -> None:
    done = validate(tmp_path, agent() | {"apiVersion": "instana.io/v1beta1"})

    assert done.exit_code == 2
    assert "apiVersion: must be instana.io/v1 (rule served-version)" in done.stdout


@pytest.mark.parametrize("text", ["", "kind: Secret", "[1, 2]", "plain"])
def test_a_file_without_a_resource_ends_with_1(text: str, tmp_path: Path) -> None:
    assert validate(tmp_path, text=text).exit_code == 1


@pytest.mark.parametrize(
    ("facts", "code", "told"),
    [
        ((), 2, "rule zone-pod-label"),
        (("kubernetesVersion=1.35",), 0, ""),
        (("moon=full",), 1, "unknown fact 'moon'"),
        (("moon",), 1, "a fact must be NAME=VALUE, not 'moon'"),
    ],
)
def test_what_depends_on_the_cluster_goes_by_facts(
    tmp_path: Path, facts: tuple[str, ...], code: int, told: str
) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(yaml.safe_dump(agent(QUIET | {"zone": {"automatic": "PodLabel"}})))
    options = [part for fact in facts for part in ("--fact", fact)]
    done = CliRunner().invoke(main, ["validate", *options, str(file)])

    assert done.exit_code == code
    assert told in done.output


BOMB = "kind: &a0 [x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 30)
)
"""A kilobyte that stands for more values than there are atoms in a star."""
LEVELS_OF_ALIASES = "- &a0 []\n" + "".join(f"- &a{n} [*a{n - 1}]\n" for n in range(1, DEEPEST + 1))


@pytest.mark.parametrize("command", ["validate", "render", "diff"])
@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (BOMB, ":8:35", "more than 8,000,000 parts"),
        ("a: 1\n---\na:\n - " + "[\n " * 100_000, ":102:2", "more than 100 levels"),
        (LEVELS_OF_ALIASES, ":100:9", "more than 100 levels"),
        ("%TAG !a! b\n" * 100_000, "", "more than 16 directives"),
    ],
    ids=["aliases", "levels", "levels of aliases", "directives"],
)
def test_a_file_that_is_too_much_to_read_is_left(
    tmp_path: Path, command: str, text: str, place: str, reason: str
) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(text)

    done = CliRunner().invoke(main, [command, str(file)])

    assert done.exit_code == 1
    assert done.stderr.startswith(f"{file}{place} cannot be read: it has {reason}")


def test_a_file_of_more_bytes_than_are_read_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 10)
    done = validate(tmp_path, text="# 345678éé")

    assert done.exit_code == 1
    assert "cannot be read: it has more than 10 bytes" in done.stderr
