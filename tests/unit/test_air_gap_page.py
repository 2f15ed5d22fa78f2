"""What docs/air-gap.md shows can be applied, and names every image."""

from pathlib import Path

import pytest
import yaml

from hooks.facts import Facts
from hooks.images import images
from hooks.kube.objects import Obj
from hooks.kube.workloads import pod_spec
from hooks.models.agent import AgentSpec
from hooks.models.base import Image
from hooks.models.k8s_sensor import K8sSensorSpec
from hooks.rendering import render
from tests.support.hook import NOW
from tests.support.pages import block
from tests.support.resources import secret

PAGE = Path("docs/air-gap.md").read_text(encoding="utf-8")
EXAMPLE = yaml.safe_load(block("air-gap.md", "yaml", "kind: InstanaAgent"))
REGISTRY = "registry.example/"


def _workloads() -> list[Obj]:
    given = [EXAMPLE, secret("instana-keys", key="x"), secret("registry-login")]
    rendered = render(given, Facts(), NOW)

    assert not rendered.problems
    return [each for each in rendered.children if each["kind"] in ("DaemonSet", "Deployment")]


def test_the_example_pulls_from_the_mirror_alone() -> None:
    images = [each["image"] for child in _workloads() for each in pod_spec(child)["containers"]]

    assert len(images) == 2
    assert all(image.startswith(REGISTRY) for image in images)


def test_agents_and_k8sensors_have_the_pull_secret() -> None:
    found = [pod_spec(child)["imagePullSecrets"] for child in _workloads()]

    assert found == [[{"name": "registry-login"}]] * 2


def test_the_command_lists_the_images_of_the_mirror() -> None:
    given = [EXAMPLE, secret("instana-keys", key="x"), secret("registry-login")]
    found = images(given, Facts(), NOW).images

    assert [each.reference for each in found] == [
        f"{REGISTRY}instana/agent:1.320.3",
        f"{REGISTRY}instana/k8sensor:1.4.16",
    ]
    assert "-m hooks images --with-installation agent.yaml " in PAGE


@pytest.mark.parametrize("image", [AgentSpec().image, K8sSensorSpec().image])
def test_default_images_are_listed(image: Image) -> None:
    assert f"| `{image.reference}` |" in PAGE


def test_the_service_gets_its_pull_secret() -> None:
    (patch,) = yaml.safe_load(block("air-gap.md", "yaml", "imagePullSecrets"))["patches"]
    (change,) = yaml.safe_load(patch["patch"])
    deployment = yaml.safe_load(Path("deploy/base/deployment.yaml").read_text(encoding="utf-8"))

    assert patch["target"] == {"kind": deployment["kind"], "name": deployment["metadata"]["name"]}
    assert change["path"] == "/spec/template/spec/imagePullSecrets"
    assert "imagePullSecrets" not in deployment["spec"]["template"]["spec"]
