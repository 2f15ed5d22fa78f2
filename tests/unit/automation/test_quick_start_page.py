"""docs/quick-start.md: its files and commands fit together."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks import __version__
from hooks.facts import Facts
from hooks.rendering import Rendered, render
from tests.support.files import loaded
from tests.support.helm import Refused, helm, needs_helm
from tests.support.hook import NOW
from tests.support.kustomize import build, checkout, find
from tests.support.pages import block, commands
from tests.support.resources import merged
from tests.support.tools import needs

Obj = dict[str, Any]

PAGE = "quick-start.md"
ROOT = Path.cwd()
AGENT = block(PAGE, "yaml", "kind: InstanaAgent")
KUSTOMIZATION = block(PAGE, "yaml", "newName")
HOOKS = "instana-agent-hooks"
IMAGE = f"registry.example/{HOOKS}:{__version__}"


def lines(having: str) -> list[str]:
    """Return the commands of the one block that has a text, one a line, without their output."""
    (text,) = [found.text for found in commands(PAGE) if having in found.text]
    joined = text.replace("\\\n", " ").splitlines()
    typed = [line.removeprefix("$ ") for line in joined if line.startswith("$ ")]
    return typed or joined


def rendered(agent: Obj) -> Rendered:
    """Return the objects of the resource with the Secret that the page makes."""
    (make_secret, *_) = lines("create secret")
    made = run(*shlex.split(make_secret), "--dry-run=client", "--output=yaml", cwd=ROOT)
    return render([agent, yaml.safe_load(made)], Facts(), NOW)


def run(*command: str, cwd: Path) -> str:
    """Return what a command prints; fails with its errors."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_command_shows_an_answer() -> None:
    (command,) = lines("make run")
    *_, demo = run(
        *shlex.split(command), "--dry-run", "--no-print-directory", cwd=ROOT
    ).splitlines()
    python, *arguments = demo.removeprefix("ONCE=1 ").split()
    shown = run(sys.executable, *arguments, "--once", cwd=ROOT)

    assert python.endswith("/python")
    assert "DaemonSet" in shown
    assert "ReferencesResolved" in shown


@needs_helm
def test_helm_installs_the_image_without_an_agent() -> None:
    (install,) = [each for each in lines("helm install") if each.startswith("helm install")]
    options = shlex.split(install)[2:]
    objects = [*yaml.safe_load_all(helm("template", *options, "--kube-version=1.30.0"))]

    assert _image(objects) == IMAGE
    assert "InstanaAgent" not in {each["kind"] for each in objects}


@needs_helm
def test_helm_would_reject_a_misspelt_option() -> None:
    with pytest.raises(Refused, match="creat"):
        helm("template", "instana-agent", "helm-chart", "--set", "controller.agent.creat=false")


@needs("kubectl")
@needs("openssl")
def test_kustomize_builds_the_same_image(tmp_path: Path) -> None:
    place = checkout(tmp_path)
    (command,) = lines("deploy/make-credentials")
    run("bash", "-c", command, cwd=place)
    directory = place / KUSTOMIZATION.partition("/")[0].removeprefix("# ")
    directory.mkdir()
    (directory / "kustomization.yaml").write_text(KUSTOMIZATION)

    assert lines("kubectl apply -k")[0] == f"kubectl apply -k {directory.name}"
    assert _image(build(directory)) == IMAGE


def _image(objects: list[Obj]) -> str:
    pod = find(objects, "Deployment", HOOKS)["spec"]["template"]["spec"]
    image: str = pod["containers"][0]["image"]
    return image


@needs("kubectl")
def test_nothing_that_the_resource_names_is_missing() -> None:
    found = rendered(yaml.safe_load(AGENT))
    states = {each["type"]: each["status"] for each in found.status["conditions"]}

    assert not found.problems
    assert states["ReferencesResolved"] == "True"


@needs("kubectl")
def test_the_change_replaces_the_agents() -> None:
    agent = yaml.safe_load(AGENT)
    change = yaml.safe_load(block(PAGE, "yaml", "rack-1"))
    before, after = rendered(agent), rendered(merged(agent, change))
    templates = [
        find(each.children, "DaemonSet", "instana-agent")["spec"]["template"]
        for each in (before, after)
    ]

    assert not after.problems
    assert templates[0] != templates[1]


def test_the_columns_are_those_of_the_definition() -> None:
    shown = block(PAGE, "console", "AGENTS").splitlines()[1].split()
    (definition,) = loaded(Path("crd/agents.instana.io.yaml").read_text())
    version = definition["spec"]["versions"][0]
    columns = [
        each["name"].upper()
        for each in version["additionalPrinterColumns"]
        if not each.get("priority")
    ]

    assert shown == ["NAME", *columns]


def test_the_conditions_are_those_of_a_healthy_resource() -> None:
    shown = re.findall(r"^(\w+)=(\w+) (\w+)$", block(PAGE, "console", "AGENTS"), re.MULTILINE)
    answered = json.loads(Path("tests/fixtures/sync/healthy/response.json").read_text())
    conditions = [
        (each["type"], each["status"], each["reason"]) for each in answered["status"]["conditions"]
    ]

    assert shown
    assert shown == conditions[: len(shown)]
