"""docs/compatibility.md and the other pages name the versions that the repository pins."""

import re
from pathlib import Path

import pytest
import yaml

from hack.installs import OLDER_PIPS
from hack.locks import DEVELOPMENT, pins
from hooks.takeover.operator_version import COMPARED
from tests.support.files import loaded
from tests.support.helm import KUBERNETES
from tests.unit.automation.workflows import FOLDER

PAGE = Path("docs/compatibility.md").read_text(encoding="utf-8")
KIND_NODES = {"0.32.0": "1.36.1"}
"""The version of Kubernetes in the node image that a release of kind uses by itself."""

CI = Path(".ci/run").read_text(encoding="utf-8")
CHECKS = (FOLDER / "checks.yaml").read_text(encoding="utf-8")
E2E = (FOLDER / "e2e.yaml").read_text(encoding="utf-8")
OLDEST = {
    "Metacontroller": r"Metacontroller (?:\()?(\d+\.\d+\.\d+) or newer",
    "Helm": r"(?:needs|and) Helm (\d+\.\d+) or newer",
    "cert-manager": r"cert-manager (\d+\.\d+) or newer",
    "OpenShift": r"OpenShift (\d+\.\d+) or newer",
}


def rows(heading: str) -> dict[str, list[str]]:
    """Return the cells of the table under a heading, by the first one of each row."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines[2:]]
    return {first: others for first, *others in cells if not first.startswith("---")}


def pinned(module: str, name: str) -> str:
    """Return the version of a Go module of a tool's go.mod, without its v."""
    text = Path(module, "go.mod").read_text(encoding="utf-8")
    (version,) = re.findall(rf"^\s*{re.escape(name)} v(\S+)", text, re.MULTILINE)
    return str(version)


def only(pattern: str, text: str) -> str:
    """Return what the pattern's group matches, which is the same wherever it does."""
    (found,) = {*re.findall(pattern, text)}
    return str(found)


def test_versions_of_kubernetes_are_those_that_run() -> None:
    built = pinned("hack/cluster/kubernetes", "k8s.io/kubernetes")
    kind = pinned("hack/tools", "sigs.k8s.io/kind")
    emulated = only(r"--emulated-version=(\S+)", CI + CHECKS)
    chart = yaml.safe_load(Path("helm-chart/Chart.yaml").read_text())["kubeVersion"]
    needed, tested = rows("Versions")["Kubernetes"]

    assert chart == f">={needed.split()[0]}.0-0"
    assert tested.startswith(f"{built}, {KIND_NODES[kind]}, {emulated} emulated: ")
    assert f"--kube-version={needed.split()[0]}.0" == KUBERNETES
    assert [*rows("Kubernetes")][:4] == [built, KIND_NODES[kind], emulated, needed.split()[0]]
    assert f"(kind {kind})" in PAGE


def test_version_of_kubectl_is_that_of_the_cluster() -> None:
    text = Path("hack/cluster/kubernetes/go.mod").read_text(encoding="utf-8")
    version = only(r"k8s\.io/kubectl => k8s\.io/kubectl v0\.(\S+)", text)

    assert rows("Versions")["kubectl"][1] == f"1.{version}"


def test_version_of_helm_is_the_built_one() -> None:
    assert rows("Versions")["Helm"][1] == pinned("hack/tools", "helm.sh/helm/v3")


def test_version_of_metacontroller_is_the_installed_one() -> None:
    text = Path("hack/e2e/metacontroller/kustomization.yaml").read_text(encoding="utf-8")
    version = only(r"\?ref=v(\S+)", text)
    needed, tested = rows("Versions")["Metacontroller"]

    assert needed == f"{version} or newer"
    assert tested.startswith(f"{version}, ")
    assert f"Version {version} is tested" in PAGE


def test_versions_of_python_are_those_of_the_workflow() -> None:
    used = {*re.findall(r'python-version: "(\S+)"', CHECKS + E2E)}
    image = only(r"ARG BASE=python:(\d+\.\d+)", Path("Dockerfile").read_text(encoding="utf-8"))
    needed, tested = next(
        cells for name, cells in rows("Versions").items() if name.startswith("Python")
    )

    assert {*re.findall(r"\d\.\d+", tested)} == used
    assert needed == f"{image} or newer"
    assert f"and has Python {image}." in PAGE


def test_versions_of_pip_are_those_that_install() -> None:
    (locked,) = [pin.version for pin in pins(DEVELOPMENT) if pin.name == "pip"]
    *older, oldest = (locked, *reversed(OLDER_PIPS))

    assert rows("Where it is tested")["`make installs`"][0].startswith(
        f"pip {oldest}, {older[1]} and {older[0]}, "
    )


def test_older_installations_are_the_recorded_ones() -> None:
    chart = yaml.safe_load(Path("tests/fixtures/former-chart/Chart.yaml").read_text())
    left = Path("tests/fixtures/helm-era/k8sensor.json").read_text(encoding="utf-8")
    recorded = len([*Path("tests/fixtures/go-operator").glob("*/input.yaml")])
    helm_era = only(r'"helm\.sh/chart": "instana-agent-([\d.]+)"', left)
    section = rows("Older installations")

    assert chart["appVersion"] == COMPARED
    assert rows("Versions")["Go operator that is taken over"][1].startswith(f"{COMPARED}: ")
    assert section["Go operator"][0].startswith(f"{COMPARED}, with {recorded} recorded resources")
    assert f"{chart['version']} and {helm_era}: " in PAGE


def test_the_version_of_the_resource_is_the_stored_one() -> None:
    (definition,) = loaded(Path("crd/agents.instana.io.yaml").read_text())
    versions = [f"`instana.io/{each['name']}`" for each in definition["spec"]["versions"]]

    assert rows("Versions")["InstanaAgent"] == [*versions, *versions]


@pytest.mark.parametrize("what", OLDEST)
def test_all_pages_name_the_same_oldest_version(what: str) -> None:
    pages = [*Path("docs").glob("*.md"), Path("README.md"), *Path("metacontroller").glob("*.yaml")]
    named = {
        str(page): {*re.findall(OLDEST[what], page.read_text(encoding="utf-8"))} for page in pages
    }
    needed = {version for versions in named.values() for version in versions}

    assert len(needed) == 1
    assert re.search(rf"\| {what} (?:\| )?{needed.pop()} or newer", PAGE)


@pytest.mark.parametrize(("row", "cells"), rows("Where it is tested").items())
def test_commands_run_where_the_page_says(row: str, cells: list[str]) -> None:
    command = row.strip("`")
    runs = [bool(re.search(rf"^ *{command}\b", CI, re.MULTILINE)), _in_workflows(command)]

    assert [cell.partition(":")[0].partition(",")[0] for cell in cells[1:]] == [
        "yes" if each else "no" for each in runs
    ]


def _in_workflows(command: str) -> bool:
    return bool(re.search(rf"run: {command}\b", CHECKS + E2E))
