"""The policies of deploy/guards and deploy/admission are in every overlay, and can be taken out."""

from pathlib import Path

import pytest

from hooks.generate.policies import guards, policies, shared_nodes
from tests.support.kustomize import OVERLAYS, Obj, build, find, installation
from tests.support.pages import block
from tests.support.tools import needs

Names = set[tuple[str, str]]


def names(objects: list[Obj]) -> Names:
    return {(each["kind"], each["metadata"]["name"]) for each in objects}


GUARDS = names(guards())
POLICIES = names([*policies(), *shared_nodes()])
OF_POLICIES = {kind for kind, _ in POLICIES}

pytestmark = [
    needs("kubectl"),
    needs("openssl"),
]


def found(directory: Path) -> Names:
    return {(kind, name) for kind, name in names(build(directory)) if kind in OF_POLICIES}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlay_has_guards_and_warnings(overlay: str, place: Path) -> None:
    assert found(place / "deploy/overlays" / overlay) == GUARDS | POLICIES != set()


@pytest.mark.parametrize(
    ("directory", "expected"), [("deploy/guards", GUARDS), ("deploy/admission", POLICIES)]
)
def test_they_can_be_installed_on_their_own(directory: str, expected: Names, place: Path) -> None:
    assert found(place / directory) == expected


@pytest.mark.parametrize(
    ("component", "left"), [("without-guards", POLICIES), ("without-policies", GUARDS)]
)
def test_component_takes_out_all_and_nothing_else(component: str, left: Names, place: Path) -> None:
    directory = installation(place, "self-signed", f"deploy/components/{component}")

    assert found(directory) == left


def test_groups_and_images_are_named_as_the_page_says(place: Path) -> None:
    directory = place / "restricted"
    directory.mkdir()
    text = block("guards.md", "yaml", "restricted-fields").replace("instana-agent-hooks/", "../")
    (directory / "kustomization.yaml").write_text(text)

    policy = find(build(directory), "ValidatingAdmissionPolicy", "instana-agent-restricted-fields")

    assert {each["name"]: each["expression"] for each in policy["spec"]["variables"]} == {
        "groups": '["system:masters","platform-team"]',
        "images": '["registry.example/instana/"]',
    }
