"""Every image of an installation."""

import re
from pathlib import Path

import yaml

from hooks import __version__
from hooks.facts import Facts
from hooks.images import METACONTROLLER, PINNED, SERVICE, UsedImage, images
from hooks.kube.objects import Obj
from tests.support.hook import NOW
from tests.support.resources import agent, secret

DIGEST = f"sha256:{'0' * 64}"
ADDED = {"name": "more", "image": {"reference": "registry.example/more:1"}}
SPEC = {
    "agent": {
        "image": {"name": "registry.example/agent", "digest": DIGEST},
        "pod": {"volumes": [ADDED]},
    },
    "k8s_sensor": {"image": {"name": "registry.example/k8sensor", "tag": "2"}},
}


def found(
    *objects: Obj, spec: Obj | None = None, with_installation: bool = False
) -> list[UsedImage]:
    documents = [agent(SPEC if spec is None else spec), *objects]
    return [*images(documents, Facts(), NOW, with_installation=with_installation).images]


def test_each_image_has_its_digest_and_what_uses_it() -> None:
    daemonset, deployment = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"

    assert found() == [
        UsedImage(f"registry.example/agent@{DIGEST}", (f"{daemonset} instana-agent",)),
        UsedImage("registry.example/k8sensor:2", (f"{deployment} instana-agent",)),
        UsedImage("registry.example/more:1", (f"{daemonset} volume more",)),
    ]
    assert [each.digest for each in found()] == [DIGEST, "", ""]


def test_an_image_of_several_workloads_is_there_once() -> None:
    zones = {"zones": [{"name": "east"}, {"name": "west"}]}
    (one,) = (each for each in found(spec=zones) if each.reference == "icr.io/instana/agent:latest")

    assert [each.partition(" ")[0] for each in one.used_by] == [
        "DaemonSet/instana-agent-east",
        "DaemonSet/instana-agent-west",
    ]


def test_an_image_that_an_override_adds_is_there() -> None:
    sidecar = {"name": "side", "image": "registry.example/side:1"}
    patch = {"spec": {"template": {"spec": {"initContainers": [sidecar]}}}}

    assert "registry.example/side:1" in {
        each.reference for each in found(spec={"overrides": {"agentDaemonSet": patch}})
    }


def test_the_installation_comes_on_top() -> None:
    references = {each.reference for each in found(with_installation=True)}

    assert references == {each.reference for each in found()} | {*PINNED.values()}


def test_manifests_of_the_installation_win() -> None:
    def manifest(workload: str, image: str) -> Obj:
        kind, _, name = workload.partition("/")
        template = {"spec": {"containers": [{"name": "one", "image": image}]}}
        return {
            "apiVersion": "apps/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": "any"},
            "spec": {"template": template},
        }

    mine = manifest(SERVICE, "registry.example/hooks@sha256:1")
    listed = {"apiVersion": "v1", "kind": "List", "items": [manifest(METACONTROLLER, "mine:1")]}
    references = {each.reference for each in found(mine, listed, with_installation=True)}

    assert {"registry.example/hooks@sha256:1", "mine:1"} <= references
    assert not references & {*PINNED.values()}
    assert "mine:1" not in {each.reference for each in found(mine, listed)}


def test_pinned_images_are_those_of_the_manifests() -> None:
    text = Path("hack/e2e/metacontroller/kustomization.yaml").read_text(encoding="utf-8")
    (version,) = re.findall(r"manifests/production\?ref=(v[\d.]+)", text)
    base = yaml.safe_load(Path("deploy/base/kustomization.yaml").read_text(encoding="utf-8"))
    (image,) = base["images"]

    assert PINNED[METACONTROLLER] == f"ghcr.io/metacontroller/metacontroller:{version}"
    assert PINNED[SERVICE] == f"{image['name']}:{image['newTag']}"
    assert image["newTag"] == __version__


def test_an_invalid_resource_has_problems() -> None:
    told = images([agent({"agent": {"image": {"digest": "x"}}}), secret("any")], Facts(), NOW)

    assert [each.path for each in told.rendered.problems] == ["spec.agent.image.digest"]
