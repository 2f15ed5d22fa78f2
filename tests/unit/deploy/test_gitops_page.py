"""The files of docs/gitops.md build, render and pass `validate`, and name what is there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from hooks import __version__
from hooks.cli.program.command_line import main
from tests.support.helm import agent_of, needs_helm, rendered
from tests.support.kustomize import Obj, build, checkout, find
from tests.support.pages import block, blocks
from tests.support.tools import needs

PAGE = "gitops.md"
SERVICE, AGENTS, HOOKS = "instana-service", "instana-agents", "instana-agent-hooks"
NAME = re.compile(r"# ([\w./-]+\.yaml)\n")
FILES = {found[1]: text for text in blocks(PAGE, "yaml") if (found := NAME.match(text))}
KEPT = {
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}


def only(kind: str, file: str) -> Obj:
    """Return the one object of a kind in a file of the page."""
    objects: list[Obj] = [*yaml.safe_load_all(FILES[file])]
    (found,) = [each for each in objects if each["kind"] == kind]
    return found


def values_of(file: str) -> Obj:
    """Return the values that a file gives to the chart."""
    if file.startswith("argocd/"):
        helm: Obj = only("Application", file)["spec"]["source"]["helm"]
        return dict(helm["valuesObject"])
    return dict(only("HelmRelease", file)["spec"]["values"])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the repository of the page, with this project where its submodule is."""
    place = tmp_path_factory.mktemp("fleet")
    for name, text in FILES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    checkout(place / SERVICE / HOOKS)
    return place


def test_each_block_of_yaml_is_a_file_of_objects() -> None:
    objects = [each for text in FILES.values() for each in yaml.safe_load_all(text)]

    assert len(FILES) == len(blocks(PAGE, "yaml"))
    assert all({"apiVersion", "kind"} <= {*each} for each in objects)


def test_tree_of_the_page_has_its_files(repository: Path) -> None:
    tree = block(PAGE, "text", "├──")
    shown = re.findall(r"[\w-]+\.yaml", tree)
    expected = [each for each in FILES if each.startswith((SERVICE, AGENTS))]

    assert sorted(shown) == sorted(Path(each).name for each in expected)
    assert {*re.findall(r"[\w-]+(?=/)", tree)} == {SERVICE, AGENTS, HOOKS}
    assert (repository / SERVICE / HOOKS).is_dir()


def test_resource_passes_validate_without_a_warning(repository: Path) -> None:
    file = str(repository / AGENTS / "agent.yaml")
    done = CliRunner().invoke(main, ["validate", "--strict", file])

    assert (done.exit_code, done.stdout) == (0, "")


def test_command_for_a_pipeline_names_the_file() -> None:
    page = Path("docs", PAGE).read_text()

    assert {*re.findall(r"hooks validate ([\w./-]+)", page)} == {f"{AGENTS}/agent.yaml"}


def test_external_secrets_make_what_is_read(repository: Path) -> None:
    key = only("ExternalSecret", f"{AGENTS}/key.yaml")["spec"]
    token = only("ExternalSecret", f"{SERVICE}/token.yaml")["spec"]
    agent = only("InstanaAgent", f"{AGENTS}/agent.yaml")["spec"]["agent"]
    controllers = (repository / SERVICE / HOOKS / "metacontroller/instana-agent.yaml").read_text()

    read = {"name": key["target"]["name"], "key": key["data"][0]["secretKey"]}
    assert agent["keySecretKeyRef"] == read
    assert [each["secretKey"] for each in token["data"]] == ["token", "tokens"]
    assert f"name: {token['target']['name']}," in controllers


@needs("kubectl")
def test_service_builds_with_what_the_tools_need(repository: Path) -> None:
    objects = build(repository / SERVICE)
    annotations = {
        (each["kind"], each["metadata"]["name"]): each["metadata"].get("annotations", {})
        for each in objects
    }
    pod = find(objects, "Deployment", HOOKS)["spec"]["template"]["spec"]

    assert annotations["CustomResourceDefinition", "agents.instana.io"] == KEPT
    assert annotations["Namespace", "instana-agent"] == KEPT
    assert [key[0] for key, found in annotations.items() if _wave(found)] == [
        "CompositeController",
        "DecoratorController",
    ]
    assert pod["containers"][0]["image"] == f"registry.example/{HOOKS}:{__version__}"


@needs("kubectl")
def test_agents_build_and_are_kept(repository: Path) -> None:
    agent = find(build(repository / AGENTS), "InstanaAgent", "instana-agent")

    assert agent["metadata"]["annotations"].items() >= KEPT.items()
    assert _wave(agent["metadata"]["annotations"])


@needs("kubectl")
def test_ignored_differences_are_of_objects_that_are_there(repository: Path) -> None:
    application = only("Application", f"argocd/{SERVICE}.yaml")["spec"]
    objects = build(repository / SERVICE)

    assert application["ignoreDifferences"]
    for each in application["ignoreDifferences"]:
        found = find(objects, each["kind"], each["name"])
        assert found["apiVersion"].partition("/")[0] == each["group"]


def test_paths_of_sources_are_there(repository: Path) -> None:
    sources = [*_sources()]

    assert len(sources) == 6
    for url, path in sources:
        place = Path() if url.endswith(f"/{HOOKS}.git") else repository
        described = [place / path / each for each in ("kustomization.yaml", "Chart.yaml")]
        assert any(each.is_file() for each in described), path


def test_names_of_the_page_that_tools_look_up_are_there() -> None:
    objects = [each for text in FILES.values() for each in yaml.safe_load_all(text)]
    names = {(each["kind"], each.get("metadata", {}).get("name")) for each in objects}
    (dependency,) = only("Kustomization", f"flux/{AGENTS}.yaml")["spec"]["dependsOn"]

    assert ("Kustomization", dependency["name"]) in names


@needs_helm
@pytest.mark.parametrize("file", ["argocd/instana-chart.yaml", "flux/instana-chart.yaml"])
def test_chart_renders_the_resource_of_the_page(file: str) -> None:
    agent = agent_of(rendered(values_of(file)))

    assert agent["spec"] == only("InstanaAgent", f"{AGENTS}/agent.yaml")["spec"]


@needs_helm
def test_chart_for_argo_cd_makes_no_secret_and_no_job() -> None:
    kinds = {each["kind"] for each in rendered(values_of("argocd/instana-chart.yaml"))}

    assert {"Certificate", "CompositeController", "Deployment"} <= kinds
    assert not kinds & {"Secret", "Job"}


def _wave(annotations: Obj) -> bool:
    return annotations.get("argocd.argoproj.io/sync-wave") == "1"


def _sources() -> list[tuple[str, str]]:
    """Return each repository's address and the path in it that a tool reads."""
    objects: list[Any] = [each for text in FILES.values() for each in yaml.safe_load_all(text)]
    urls = {
        each["metadata"]["name"]: each["spec"]["url"]
        for each in objects
        if each["kind"] == "GitRepository"
    }
    found = []
    for each in objects:
        spec = each.get("spec", {})
        if each["kind"] == "Application":
            found.append((spec["source"]["repoURL"], spec["source"]["path"]))
        elif each["kind"] == "HelmRelease":
            chart = spec["chart"]["spec"]
            found.append((urls[chart["sourceRef"]["name"]], chart["chart"]))
        elif each["apiVersion"].startswith("kustomize.toolkit"):
            found.append((urls[spec["sourceRef"]["name"]], spec["path"]))
    return found
